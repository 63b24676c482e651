using ServerlessInference.Sessions;

namespace ServerlessInference.Tests.Sessions;

public sealed class ReadOnlyFileSystemTests
{
    [Fact]
    public void Contains_EveryMount_AgreesWithTheKernelsList()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The list of mounts is in /proc.");
        int readOnly = 0, compared = 0;

        // A mount point may be covered by a later mount, so the last line of each counts. Mounts that a program answers (FUSE) may hang:
        // other tests create such mounts.
        foreach (IGrouping<string, string[]> mount in File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' '))
            .Where(fields => !fields[2].StartsWith("fuse", StringComparison.Ordinal))
            .Where(fields => !fields[1].Contains('\\', StringComparison.Ordinal) && (Directory.Exists(fields[1]) || File.Exists(fields[1])))
            .GroupBy(fields => fields[1]))
        {
            bool expected = mount.Last()[3].Split(',').Contains("ro");

            Assert.True(expected == ReadOnlyFileSystem.Contains(mount.Key), $"{mount.Key} is {(expected ? "read-only" : "writable")}.");
            compared++;
            readOnly += expected ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{compared} mounts, {readOnly} of them read-only");
        Assert.InRange(compared, 1, int.MaxValue);
    }

    [Fact]
    public void Contains_PathThatDoesNotExist_IsFalse() => Assert.False(ReadOnlyFileSystem.Contains("/nowhere/at/all"));

    [Fact]
    public void Contains_TemporaryFolder_IsFalse() => Assert.False(ReadOnlyFileSystem.Contains(Path.GetTempPath()));
}
