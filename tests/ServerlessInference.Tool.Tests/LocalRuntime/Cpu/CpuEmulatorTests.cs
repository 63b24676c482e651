using ServerlessInference.Tool.LocalRuntime.Cpu;

namespace ServerlessInference.Tool.Tests.LocalRuntime.Cpu;

public sealed class CpuEmulatorTests
{
    private static readonly ControlGroups NoGroups = new("", "");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1769, "affinity", 1.0, true, "0-0")]
    [InlineData(3538, "affinity", 2.0, true, "0-1")]
    [InlineData(512, "affinity", 1.0, false, "0-0")]
    [InlineData(2900, "affinity", 2.0, false, "0-1")]
    public async Task Create_NoControlGroups_PinsToWholeProcessors(int memory, string method, double applied, bool emulated, string mask)
    {
        using var limit = await new CpuEmulator(NoGroups, "/usr/bin/taskset", 8).CreateAsync(memory, Cancellation);

        Assert.Equal(method, limit.Method);
        Assert.Equal(applied, limit.Applied);
        Assert.Equal(emulated, limit.Emulated);
        Assert.Equal(["/usr/bin/taskset", "-c", mask], limit.Launcher);
    }

    [Fact]
    public async Task Create_MoreThanTheMachineHas_IsNotEmulated()
    {
        using var limit = await new CpuEmulator(NoGroups, "/usr/bin/taskset", 2).CreateAsync(10240, Cancellation);

        Assert.Equal("none", limit.Method);
        Assert.False(limit.Emulated);
        Assert.Equal(5.789, limit.Share, 3);
        Assert.Empty(limit.Launcher);
    }

    [Fact]
    public async Task Create_NoMeansToLimit_IsNotEmulated()
    {
        using var limit = await new CpuEmulator(NoGroups, null, 2).CreateAsync(1769, Cancellation);

        Assert.Equal("none", limit.Method);
        Assert.False(limit.Emulated);
    }

    [Theory]
    [InlineData("cgroup-v2", "30 29 0:26 / {0} rw - cgroup2 cgroup2 rw", "0::/", "cpu.max")]
    [InlineData("cgroup-v1", "30 29 0:26 / {0} rw - cgroup cgroup rw,cpu,cpuacct", "3:cpu,cpuacct:/", "cpu.cfs_quota_us")]
    public async Task TryCreate_PlainFolders_AreIgnored(string method, string mount, string membership, string file)
    {
        // A plain directory acts as a hierarchy in which the controller is not enabled for new groups: they lack the controller's file.
        var folder = Directory.CreateTempSubdirectory("groups-").FullName;
        var groups = new ControlGroups(mount.Replace("{0}", folder, StringComparison.Ordinal), membership);

        var created = await groups.TryCreateAsync(10_000, 20_000, Cancellation);

        Assert.Null(created);
        Assert.False(File.Exists(Path.Combine(folder, file)), method);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public async Task TryCreate_ThisMachine_LimitsAndCleansUp()
    {
        var emulator = CpuEmulator.ForCurrentMachine();
        using var limit = await emulator.CreateAsync(128, Cancellation);
        Assert.SkipUnless(limit.ControlGroup is not null, "This system lets the tests create no control group.");

        Assert.True(Directory.Exists(limit.ControlGroup));
        Assert.True(limit.Emulated);
        limit.Dispose();

        Assert.False(Directory.Exists(limit.ControlGroup));
    }

    [Theory]
    [InlineData(128, 2)]
    [InlineData(3008, 2)]
    [InlineData(3009, 3)]
    [InlineData(5308, 4)]
    [InlineData(7077, 5)]
    [InlineData(10240, 6)]
    public void VisibleProcessors_MemorySize_FollowsTheMeasurements(int memory, int expected) =>
        Assert.Equal(expected, CpuEmulator.VisibleProcessors(memory));
}
