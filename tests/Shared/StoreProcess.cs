using System.Diagnostics;

namespace ServerlessInference.Tests.Shared;

/// <summary>A process of its own that loads a model. Compiled into every test project; those that use it build the program.</summary>
internal static class StoreProcess
{
    public static Process Start(params string[] arguments) => Start(arguments, []);

    /// <summary>Runs one to its end.</summary>
    public static async Task<(string Output, string Error)> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        using Process process = Start(arguments, environment);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (output.Trim(), await error);
    }

    /// <summary>Starts one with environment variables of its own.</summary>
    public static Process Start(string[] arguments, params (string Name, string Value)[] environment)
    {
        // artifacts/bin/PROJECT/CONFIGURATION/ is where every program of the repository is built.
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string program = Path.GetFullPath(Path.Combine(
            AppContext.BaseDirectory, "..", "..", "ServerlessInference.StoreProcess", configuration, "ServerlessInference.StoreProcess"));
        Assert.SkipUnless(File.Exists(program), $"{program} is not built");
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
