using ServerlessInference.Lambda.Invocations;

namespace ServerlessInference.Lambda.Tests.Invocations;

public sealed class LambdaEnvironmentTests
{
    [Fact]
    public void Read_Variables_AreTaken()
    {
        var variables = new Dictionary<string, string>
        {
            ["AWS_LAMBDA_RUNTIME_API"] = "127.0.0.1:9001",
            ["AWS_LAMBDA_FUNCTION_NAME"] = "f",
            ["AWS_LAMBDA_FUNCTION_VERSION"] = "$LATEST",
            ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = "3008",
            ["AWS_LAMBDA_INITIALIZATION_TYPE"] = "snap-start",
            ["AWS_LAMBDA_MAX_CONCURRENCY"] = "16",
            ["AWS_LAMBDA_LOG_FORMAT"] = "JSON",
            ["AWS_LAMBDA_LOG_LEVEL"] = "WARN",
        };

        LambdaEnvironment environment = LambdaEnvironment.Read(variables.GetValueOrDefault);

        Assert.Equal("127.0.0.1:9001", environment.RuntimeApi);
        Assert.Equal("f", environment.FunctionName);
        Assert.Equal("$LATEST", environment.FunctionVersion);
        Assert.Equal(3008, environment.MemorySize);
        Assert.Equal("snap-start", environment.InitializationType);
        Assert.Equal(16, environment.MaxConcurrency);
        Assert.True(environment.LogsJson);
        Assert.Equal("WARN", environment.LogLevel);
    }

    [Fact]
    public void Read_NoVariables_GivesDefaults()
    {
        LambdaEnvironment environment = LambdaEnvironment.Read(_ => null);

        Assert.Null(environment.RuntimeApi);
        Assert.Equal(0, environment.MemorySize);
        Assert.Equal("on-demand", environment.InitializationType);
        Assert.Equal(1, environment.MaxConcurrency);
        Assert.False(environment.LogsJson);
    }

    [Fact]
    public void Require_VariableThatIsSet_ReturnsItsValue()
    {
        LambdaEnvironment environment = LambdaEnvironment.Read(name => name == "TABLE" ? "scores" : null);

        Assert.Equal("scores", environment.Require("TABLE"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Require_VariableThatIsNotSet_NamesItAndWhereToSetIt(string? value)
    {
        LambdaEnvironment environment = LambdaEnvironment.Read(_ => value);

        var exception = Assert.Throws<InvalidOperationException>(() => environment.Require("TABLE"));

        Assert.Equal(
            "The environment variable TABLE is not set. Set it in the function's configuration (in template.yaml: Environment, Variables).",
            exception.Message);
    }

    [Fact]
    public void Require_EnvironmentOfATest_ReadsTheProcess()
    {
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), new LambdaEnvironment().Require("PATH"));
    }
}
