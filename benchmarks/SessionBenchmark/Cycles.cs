namespace SessionBenchmark;

/// <summary>Loads, runs and disposes a mapped model again and again; ends the process with an error where an answer differs.</summary>
internal static class Cycles
{
    public static async Task<int> RunAsync(string folder, int count)
    {
        float[] expected;
        await using (LoadedSession session = await LoadedSession.LoadAsync("ort-path", folder).ConfigureAwait(false))
        {
            expected = await session.RunAsync().ConfigureAwait(false);
        }

        foreach (string way in new[] { "library-prepared", "library-prepared-memory" })
        {
            for (int i = 0; i < count; i++)
            {
                await using LoadedSession session = await LoadedSession.LoadAsync(way, folder).ConfigureAwait(false);
                if (i % 16 == 0)
                {
                    // What is used in place must not depend on anything that is collected or moved.
                    GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
                }

                float[] answer = await session.RunAsync().ConfigureAwait(false);
                if (!expected.AsSpan().SequenceEqual(answer))
                {
                    Console.Error.WriteLine($"{way}: cycle {i} answered otherwise.");
                    return 1;
                }
            }

            Console.WriteLine($"{way}: {count} cycles, all answers the same");
        }

        return 0;
    }
}
