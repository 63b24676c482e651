using System.Diagnostics;

namespace ServerlessInference.Tests.Shared;

/// <summary>
/// A home folder of its own for a process, which shows whether ONNX Runtime's telemetry was on: it writes there as soon as it starts.
/// </summary>
internal sealed class EmptyHome : IDisposable
{
    /// <summary>The variable that switches ONNX Runtime's telemetry.</summary>
    public const string Switch = "ORT_DISABLE_TELEMETRY";

    // Where one of these is set, ONNX Runtime believes that it runs in a build pipeline or in its own tests, and sends nothing.
    private static readonly string[] Silencers =
    [
        "CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI", "CIRCLECI", "TRAVIS", "JENKINS_URL", "CODEBUILD_BUILD_ID", "BUILDKITE",
        "TEAMCITY_VERSION", "APPVEYOR", "BITBUCKET_BUILD_NUMBER", "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI", "ORT_RUNNING_UNIT_TESTS",
    ];

    private readonly string _path = Directory.CreateTempSubdirectory("empty-home-").FullName;

    /// <summary>Gets the files that were written, relative to the home folder.</summary>
    public IEnumerable<string> Files =>
        Directory.EnumerateFiles(_path, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_path, file));

    /// <summary>Starts a program in this home, with its streams redirected.</summary>
    /// <param name="telemetry">The value that <see cref="Switch"/> has in the program's environment; null where it is not set.</param>
    /// <param name="command">The program and its arguments.</param>
    public Process Start(string? telemetry, params IEnumerable<string> command)
    {
        string[] line = [.. command];
        var start = new ProcessStartInfo(line[0], line[1..])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        foreach (string name in Silencers)
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = _path;
        start.Environment[Switch] = telemetry;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
