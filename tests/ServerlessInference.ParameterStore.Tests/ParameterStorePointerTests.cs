namespace ServerlessInference.ParameterStore.Tests;

public sealed class ParameterStorePointerTests : IAsyncDisposable
{
    private const string Name = "/models/yolo";

    private readonly ParameterServer _server = new();
    private readonly StubHostState _host = new();
    private readonly Dictionary<string, string?> _environment;

    public ParameterStorePointerTests()
    {
        _environment = _server.Environment;
        _server.Values[Name] = "s3://bucket/yolo/v3/";
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private ParameterStorePointer Pointer(string name = Name, ParameterStoreOptions? options = null, TimeProvider? time = null) =>
        new(name, options ?? new ParameterStoreOptions(), _host, time ?? TimeProvider.System, null, _environment.GetValueOrDefault);

    private async Task<string> ErrorAsync(string name = Name, ParameterStoreOptions? options = null) =>
        (await Assert.ThrowsAsync<ModelLoadException>(async () => await Pointer(name, options).ReadAsync(Token))).Message;

    private void Answer(int status, string kind) => _server.Instead = _ => (status, $$"""{"__type":"{{kind}}","message":"the reason"}""");

    [Fact]
    public async Task ReadAsync_BeforeTheFirstEvent_AsksTheServiceWithAValidSignature()
    {
        Assert.Equal("s3://bucket/yolo/v3/", await Pointer().ReadAsync(Token));

        Assert.Equal(["""service {"Name":"/models/yolo","WithDecryption":true}"""], _server.Asked);
        Assert.Equal("ssm:/models/yolo", Pointer().Description);
    }

    [Fact]
    public async Task ReadAsync_WrongSecret_SaysWhatToCheck()
    {
        _environment["AWS_SECRET_ACCESS_KEY"] = "another";

        Assert.Equal(
            "Parameter Store in eu-central-1 does not accept the credentials (InvalidSignatureException) for '/models/yolo'. " +
            "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the region, and the machine's clock.", await ErrorAsync());
    }

    [Fact]
    public async Task ReadAsync_MissingParameter_SaysHowToCreateIt() => Assert.Equal(
        "Parameter Store has no parameter '/models/none' in eu-central-1. Create it (aws ssm put-parameter --name /models/none --type " +
        "String --value s3://bucket/folder/), or correct its name or region.",
        await ErrorAsync("/models/none"));

    [Theory]
    [InlineData(
        "AccessDeniedException",
        "Reading the parameter '/models/yolo' in eu-central-1 was denied (AccessDeniedException). The role needs ssm:GetParameter on " +
        "arn:aws:ssm:eu-central-1:*:parameter/models/yolo, and for a SecureString kms:Decrypt on its key.")]
    [InlineData(
        "InvalidKeyId",
        "The parameter '/models/yolo' in eu-central-1 is a SecureString whose key cannot be used (InvalidKeyId). The role needs " +
        "kms:Decrypt on that key, and the key must be enabled.")]
    [InlineData(
        "ParameterVersionNotFound",
        "The parameter '/models/yolo' in eu-central-1 has no such version or label. Correct the version or label after the colon.")]
    [InlineData("ValidationException", "Parameter Store in eu-central-1 answered 400 ValidationException for '/models/yolo': the reason")]
    public async Task ReadAsync_PermanentError_SaysWhy(string kind, string message)
    {
        Answer(400, kind);

        Assert.Equal(message, await ErrorAsync());
        Assert.Single(_server.Asked);
    }

    [Theory]
    [InlineData(400, "ThrottlingException")]
    [InlineData(500, "InternalServerError")]
    [InlineData(503, "")]
    public async Task ReadAsync_TransientError_Retries(int status, string kind)
    {
        _server.Instead = call => call < 3 ? (status, $$"""{"__type":"{{kind}}"}""") : null;

        Assert.Equal("s3://bucket/yolo/v3/", await Pointer().ReadAsync(Token));
        Assert.Equal(3, _server.Asked.Count);
    }

    [Fact]
    public async Task ReadAsync_EveryAttemptFails_SaysSo()
    {
        _server.Instead = _ => (503, "<html>busy</html>");

        Assert.Equal(
            $"Parameter Store (127.0.0.1:{_server.Port}) cannot be reached for '/models/yolo': 2 attempts failed, the last with: 503. " +
            "A function in a VPC needs a NAT gateway, or a VPC endpoint for ssm.",
            await ErrorAsync(options: new ParameterStoreOptions { MaxAttempts = 2 }));
    }

    [Fact]
    public async Task ReadAsync_NoAnswer_EndsAtTheTimeout()
    {
        _server.Stalls = true;

        var time = new ObservedTimeProvider();
        var options = new ParameterStoreOptions { MaxAttempts = 1 };
        Task<string> read = Pointer(options: options, time: time).ReadAsync(Token).AsTask();
        await time.WaitForTimerAsync(options.Timeout);
        time.Advance(options.Timeout);
        ModelLoadException error = await Assert.ThrowsAsync<ModelLoadException>(() => read);

        Assert.Contains("the last with: no answer within 3 s.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_ConnectionRefused_SaysSo()
    {
        string message = await ErrorAsync(options: new ParameterStoreOptions { MaxAttempts = 1, Endpoint = "http://127.0.0.1:9" });

        Assert.Contains("Connection refused", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html>", "is not valid JSON")]
    [InlineData("{}", "has no value")]
    [InlineData("""{"Parameter":{"Value":7}}""", "has no value")]
    public async Task ReadAsync_InvalidAnswer_SaysSo(string body, string part)
    {
        _server.Instead = _ => (200, body);

        Assert.Contains(part, await ErrorAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadAsync_NoRegion_SaysWhichSettingIsMissing()
    {
        _environment.Remove("AWS_REGION");

        Assert.Equal(
            "The region of the parameter '/models/yolo' is unknown. Set ServerlessInference:ParameterStore:Region, or AWS_REGION.",
            await ErrorAsync());
    }

    [Fact]
    public async Task ReadAsync_ArnOfASharedParameter_UsesItsRegion()
    {
        const string Arn = "arn:aws:ssm:eu-central-1:123456789012:parameter/models/shared:4";
        _environment["AWS_REGION"] = "us-east-1";
        _server.Values[Arn] = "s3://shared/";

        Assert.Equal("s3://shared/", await Pointer(Arn).ReadAsync(Token));
    }

    [Theory]
    [InlineData("/models/yolo", "name=%2Fmodels%2Fyolo")]
    [InlineData("/models/yolo:12", "name=%2Fmodels%2Fyolo&version=12")]
    [InlineData("/models/yolo:live", "name=%2Fmodels%2Fyolo&label=live")]
    [InlineData("arn:aws:ssm:eu-west-1:1:parameter/a:2", "name=arn%3Aaws%3Assm%3Aeu-west-1%3A1%3Aparameter%2Fa&version=2")]
    public async Task ReadAsync_WhileEventsAreAnswered_AsksTheExtension(string name, string query)
    {
        _host.AnswersEvents = true;
        _server.Values[ParameterName.Parse(name).Name] = "s3://kept/";

        Assert.Equal("s3://kept/", await Pointer(name).ReadAsync(Token));

        Assert.Equal([$"extension /systemsmanager/parameters/get?{query}&withDecryption=true"], _server.Asked);
    }

    [Theory]
    [InlineData(400, "not ready to serve traffic, please wait")]
    [InlineData(200, "no JSON")]
    public async Task ReadAsync_ExtensionFails_AsksTheService(int status, string body)
    {
        _host.AnswersEvents = true;
        _server.ExtensionInstead = (status, body);

        Assert.Equal("s3://bucket/yolo/v3/", await Pointer().ReadAsync(Token));
        Assert.Equal(2, _server.Asked.Count);
    }

    [Fact]
    public async Task ReadAsync_NoExtension_AsksTheService()
    {
        _host.AnswersEvents = true;
        _environment["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] = "9";
        ParameterStorePointer pointer = Pointer();

        Assert.Equal("s3://bucket/yolo/v3/", await pointer.ReadAsync(Token));
        _environment["PARAMETERS_SECRETS_EXTENSION_HTTP_PORT"] = $"{_server.Port}";
        await pointer.ReadAsync(Token);

        // There was no extension at the first read, so it is not tried again.
        Assert.DoesNotContain(_server.Asked, asked => asked.StartsWith("extension", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_ExtensionSwitchedOff_AsksTheService()
    {
        _host.AnswersEvents = true;

        await Pointer(options: new ParameterStoreOptions { UseExtension = false }).ReadAsync(Token);

        Assert.All(_server.Asked, asked => Assert.StartsWith("service", asked, StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReadAsync_OwnClock_SignsWithItsTime()
    {
        var clock = new FakeTimeProvider();

        Assert.Equal("s3://bucket/yolo/v3/", await Pointer(time: clock).ReadAsync(Token));
    }

    [Fact]
    public void Constructor_InvalidOptions_SaysWhich()
    {
        Assert.Equal(
            "ssm:/models/yolo: MaxAttempts is 11; it must be 1 to 10.",
            Assert.Throws<ArgumentException>(() => Pointer(options: new ParameterStoreOptions { MaxAttempts = 11 })).Message);
        Assert.Equal(
            "ssm:/models/yolo: Timeout is 00:00:00; it must be above zero.",
            Assert.Throws<ArgumentException>(() => Pointer(options: new ParameterStoreOptions { Timeout = TimeSpan.Zero })).Message);
    }
}
