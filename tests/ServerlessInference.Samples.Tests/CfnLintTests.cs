using System.ComponentModel;
using System.Diagnostics;
using ServerlessInference.Samples.Tests.Support;

namespace ServerlessInference.Samples.Tests;

/// <summary>
/// All templates through SAM's translator and the rules of cfn-lint, where it is installed (<c>pip install cfn-lint</c>).
/// </summary>
public sealed class CfnLintTests
{
    [Fact]
    public async Task Templates_AllOfThem_HaveNoErrorsAndNoWarnings()
    {
        string[] files = [.. SamTemplate.Folders.Select(folder => Path.Combine(Repository.Root, folder, "template.yaml"))];
        var start = new ProcessStartInfo("cfn-lint", ["--", .. files]) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process lint = Process.Start(start)!;
            Task<string> error = lint.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string findings = await lint.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await lint.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Equal((0, "", ""), (lint.ExitCode, findings, await error));
        }
        catch (Win32Exception)
        {
            Assert.Skip("there is no cfn-lint (pip install cfn-lint)");
        }
    }
}
