using System.Diagnostics;

namespace ServerlessInference.Tests.Models.Store;

/// <summary>A small file system in memory that is mounted until this object is disposed, if the machine permits mounting.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder, bool isMounted) => (_folder, IsMounted) = (folder, isMounted);

    public bool IsMounted { get; private set; }

    /// <summary>Mounts a file system.</summary>
    /// <param name="folder">The mount point, which is created.</param>
    /// <param name="options">Options of tmpfs, such as <c>size=300000000</c>.</param>
    public static async Task<SmallDisk> MountAsync(string folder, string options)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "tmpfs exists on Linux only");
        Directory.CreateDirectory(folder);
        return new SmallDisk(folder, await RunAsync("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder));
    }

    /// <summary>Makes the file system read-only.</summary>
    public async Task MakeReadOnlyAsync() => Assert.True(await RunAsync("mount", "-o", "remount,ro", _folder));

    public async ValueTask DisposeAsync()
    {
        if (IsMounted)
        {
            IsMounted = false;
            Assert.True(await RunAsync("umount", _folder), $"{_folder} cannot be unmounted: something there is still open");
        }
    }

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode == 0;
    }
}
