using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

public sealed class UsageTests
{
    [Theory]
    [InlineData("Required command was not provided.")]
    [InlineData("'nonsense'", "nonsense")]
    [InlineData("Did you mean 'inspect'?", "inspct", "model.onnx")]
    [InlineData("Did you mean 'classify-text'?", "classifytext", "model.onnx")]
    [InlineData("'--event' is required", "invoke", "--", "true")]
    [InlineData("'command'", "invoke", "--event", "-")]
    [InlineData("--memory is '64'; it must be a whole number from 128 to 10240.", "invoke", "--event", "-", "--memory", "64", "--", "true")]
    [InlineData("--memory is 'x'", "invoke", "--event", "-", "--memory", "512,x", "--", "true")]
    [InlineData("--timeout is '901'", "invoke", "--event", "-", "--timeout", "901", "--", "true")]
    [InlineData("--timeout is '0'", "serve", "--timeout", "0", "--", "true")]
    [InlineData("--cold is '0'", "invoke", "--event", "-", "--cold", "0", "--", "true")]
    [InlineData("--env is 'A'; it must be NAME=VALUE.", "invoke", "--event", "-", "--env", "A", "--", "true")]
    [InlineData("--format is 'xml'", "invoke", "--event", "-", "--format", "xml", "--", "true")]
    [InlineData("--port is '65536'", "serve", "--port", "65536", "--", "true")]
    [InlineData("--event - can be given only once", "invoke", "--event", "-", "--event", "-", "--", "true")]
    [InlineData("/no/such/program' does not exist", "invoke", "--event", "-", "--", "/no/such/program")]
    [InlineData("is not on PATH", "serve", "--", "no-such-program-on-path")]
    [InlineData(
        "'bin/Function.dll' is an assembly, not a program. Give 'dotnet bin/Function.dll' after '--'.", "serve", "--", "bin/Function.dll")]
    [InlineData(
        "/tmp/no-such/Function.dll' does not exist. Build the function first",
        "serve",
        "--task-root",
        "/tmp",
        "--",
        "dotnet",
        "no-such/Function.dll")]
    [InlineData("which is not a directory", "serve", "--task-root", "/no/such/folder", "--", "true")]
    [InlineData("AWS_LAMBDA_MAX_CONCURRENCY is '0'", "serve", "--env", "AWS_LAMBDA_MAX_CONCURRENCY=0", "--", "true")]
    public async Task Run_WrongUsage_ExitsWithTwoAndSaysWhy(string expected, params string[] args)
    {
        var run = await ToolRun.RunAsync(args);

        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("invoke", "--help")]
    [InlineData("serve", "--help")]
    public async Task Run_Help_ExitsWithZero(params string[] args)
    {
        var run = await ToolRun.RunAsync(args);

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("Usage:", run.Output, StringComparison.Ordinal);
    }
}
