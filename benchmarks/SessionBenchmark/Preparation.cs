using ServerlessInference.Sessions;

namespace SessionBenchmark;

/// <summary>Prepares the model of each folder, at both levels.</summary>
internal static class Preparation
{
    public static async Task<int> RunAsync(string root)
    {
        foreach (string folder in Directory.GetDirectories(root))
        {
            foreach (PreparationLevel level in Enum.GetValues<PreparationLevel>())
            {
                PreparedModel prepared = await ModelPreparation.WriteAsync(folder, folder, level).ConfigureAwait(false);
                Console.WriteLine(prepared.File);
            }
        }

        return 0;
    }
}
