namespace ServerlessInference.Benchmarks.Imaging;

/// <summary>
/// Finds the photos to decode: the folder in SERVERLESS_INFERENCE_PHOTOS, or <c>shared/bench/photos</c> next to the repository.
/// </summary>
internal static class BenchmarkPhotos
{
    public const string Variable = "SERVERLESS_INFERENCE_PHOTOS";

    public static string Folder { get; } =
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : FindBesideRepository();

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    private static string FindBesideRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ServerlessInference.slnx")))
            {
                return Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "bench", "photos"));
            }
        }

        throw new DirectoryNotFoundException($"Set {Variable} to a folder with p500x375.jpg, p1920x1080.jpg and p4032x3024.jpg.");
    }
}
