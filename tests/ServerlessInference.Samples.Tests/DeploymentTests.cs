using System.Globalization;
using ServerlessInference.Samples.Tests.Support;
using YamlDotNet.RepresentationModel;

namespace ServerlessInference.Samples.Tests;

/// <summary>
/// How <c>sam build</c>, <c>sam deploy</c> and the services that call the function handle the templates of the samples and of
/// <c>dotnet new</c>.
/// </summary>
public sealed class DeploymentTests
{
    // Resources that SAM creates in addition to those of a template.
    private static readonly string[] MadeBySam = ["FunctionUrl", "ServerlessHttpApi"];

    public static TheoryData<string> Folders => [.. SamTemplate.Folders];

    public static TheoryData<string> SampleFolders =>
        [.. SamTemplate.Folders.Where(folder => folder.StartsWith("samples", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_EveryReference_Exists(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);

        Assert.All(
            template.References,
            name => Assert.True(template.Names.Contains(name) || MadeBySam.Contains(name), $"Nothing is called '{name}'."));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_PublishedFolder_IsNotBuiltBySam(string folder)
    {
        YamlMappingNode function = SamTemplate.LoadFrom(folder).Resources["Function"];

        Assert.Matches("^(publish|dist/function)/$", Text(function["Properties"], "CodeUri"));
        Assert.Equal("true", Text(function["Metadata"], "SkipBuild"));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_BucketThatCallsTheFunction_IsNotReferencedByTheFunction(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        foreach ((string type, YamlMappingNode properties) in template.Events.Where(one => one.Type == "S3"))
        {
            // The notification of the bucket depends on the function. The function must not depend on the bucket, or CloudFormation rejects
            // the cycle.
            string bucket = properties["Bucket"].ToString();
            YamlNode[] needed = [.. template.Function.Where(pair => pair.Key.ToString() != "Events").Select(pair => pair.Value)];

            Assert.Contains(bucket, template.Resources.Keys);
            Assert.DoesNotContain(bucket, needed.SelectMany(SamTemplate.ReferencesOf));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_Queue_LeavesTimeForRetries(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        foreach ((string type, YamlMappingNode properties) in template.Events.Where(one => one.Type == "SQS"))
        {
            YamlNode queue = template.Resources[SamTemplate.ReferencesOf(properties["Queue"]).Single()]["Properties"];
            int window = Number(properties, "MaximumBatchingWindowInSeconds");

            // Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping".
            Assert.True(
                Number(queue, "VisibilityTimeout") >= 6 * template.Timeout + window, "The messages come again while they are worked on.");
            Assert.True(Number(queue["RedrivePolicy"], "maxReceiveCount") >= 5, "Messages are given up after a few throttled calls.");
            Assert.True(Number(properties, "BatchSize") <= 10 || window >= 1, "More than ten messages need a batching window.");
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_Stream_DropsOneRecordAndReportsItsPosition(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        foreach ((string type, YamlMappingNode properties) in template.Events.Where(one => one.Type is "Kinesis" or "DynamoDB"))
        {
            Assert.InRange(Number(properties, "MaximumRetryAttempts"), 0, 10);
            Assert.Equal("true", Text(properties, "BisectBatchOnFunctionError"));
            AssertMaySendTo(template, properties["DestinationConfig"]["OnFailure"]["Destination"]);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_EventsOfABucket_AreNotLostWhenTheyFail(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        if (template.Events.Any(one => one.Type == "S3"))
        {
            AssertMaySendTo(template, template.Function["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"]);
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_FunctionThatPutsResults_MayCheckWhetherTheyExist(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        YamlMappingNode[] puts =
        [
            .. template.Function.AllNodes
                .OfType<YamlMappingNode>()
                .Where(node => node.Children.ContainsKey("Action") && SamTemplate.Texts(node["Action"]).Contains("s3:PutObject")),
        ];

        Assert.All(puts, statement => Assert.Contains("s3:GetObject", SamTemplate.Texts(statement["Action"])));
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_FunctionThatReadsObjects_CanDistinguishMissingFromForbidden(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        if (template.Variables.Contains("PHOTOS_BUCKET"))
        {
            // S3 answers 403 for a missing key if the caller may not list the bucket.
            string bucket = Text(template.Function["Environment"]["Variables"], "PHOTOS_BUCKET");
            IEnumerable<string> listed = template.Statements
                .Where(statement => SamTemplate.Texts(statement["Action"]).Contains("s3:ListBucket"))
                .SelectMany(statement => SamTemplate.Texts(statement["Resource"]));

            string wanted = bucket.Contains('$', StringComparison.Ordinal) ? bucket : "${" + bucket + "}";
            Assert.Contains(listed, resource => resource.EndsWith(wanted, StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void Template_HttpFunction_IsThrottledAndAnswersBeforeApiGatewayDoes(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);
        if (template.Events.Any(one => one.Type is "Api" or "HttpApi"))
        {
            Assert.InRange(template.Timeout, 1, 29);
            Assert.Contains("ThrottlingRateLimit", template.Values);
        }
    }

    [Fact]
    public void QuestionAnswering_AnswersOfApiGatewayItself_AreReadableByThePage()
    {
        SamTemplate template = SamTemplate.Load("QuestionAnswering");
        YamlNode responses = template.Resources["Api"]["Properties"]["GatewayResponses"];

        Assert.All(template.Events, one => Assert.Equal("Api", Text(one.Properties, "RestApiId")));
        Assert.All(
            new[] { "DEFAULT_4XX", "DEFAULT_5XX" },
            kind =>
                Assert.Equal("'${AllowedOrigin}'", Text(responses[kind]["ResponseParameters"]["Headers"], "Access-Control-Allow-Origin")));
    }

    [Fact]
    public void QuestionAnswering_DefinitionOfTheApi_HasTheMethodsOfTheEvents()
    {
        SamTemplate template = SamTemplate.Load("QuestionAnswering");
        var paths = (YamlMappingNode)template.Resources["Api"]["Properties"]["DefinitionBody"]["paths"];

        Assert.Equal(
            template.Events.Select(one => Text(one.Properties, "Path") + " " + Text(one.Properties, "Method")).Order(),
            paths
                .SelectMany(path => ((YamlMappingNode)path.Value)
                    .Select(method => $"{path.Key} {method.Key.ToString().ToUpperInvariant()}"))
                .Order());
        Assert.All(
            paths.AllNodes.OfType<YamlMappingNode>().Where(node => node.Children.ContainsKey("uri")),
            node => Assert.Equal(["Function"], SamTemplate.ReferencesOf(node["uri"])));
    }

    [Fact]
    public void ObjectDetection_MountedFileSystem_IsWhereTheProgramLooks()
    {
        SamTemplate template = SamTemplate.Load("ObjectDetection");
        YamlNode systems = WithEfs(template.Function["FileSystemConfigs"]);
        string path = Text(((YamlSequenceNode)systems).Single(), "LocalMountPath");

        Assert.Matches("^/mnt/[a-zA-Z0-9-_.]+$", path);
        Assert.Equal(path, WithEfs(template.Function["Environment"]["Variables"]["MODELS_MOUNT"]).ToString());
        Assert.NotEmpty(((YamlMappingNode)WithEfs(template.Function["VpcConfig"])).Children); // it is reached from its VPC alone
        YamlNode copier = template.Resources["Copier"]["Properties"];
        Assert.Equal(path, Text(((YamlSequenceNode)copier["FileSystemConfigs"]).Single(), "LocalMountPath"));
        Assert.Equal(path, Text(copier["Environment"]["Variables"], "MODELS_MOUNT"));

        // !If [WithEfs, what there is with a file system, nothing]
        static YamlNode WithEfs(YamlNode node)
        {
            var choice = (YamlSequenceNode)node;
            Assert.Equal("!If", choice.Tag);
            Assert.Equal("WithEfs", choice[0].ToString());
            Assert.Equal("AWS::NoValue", choice[2].ToString());
            return choice[1];
        }
    }

    [Theory]
    [MemberData(nameof(SampleFolders))]
    public void Template_OfASample_KeepsLogsForAWhileAndRaisesAlarms(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);

        Assert.Equal(["Logs"], SamTemplate.ReferencesOf(template.Function["LoggingConfig"]["LogGroup"]));
        Assert.Equal("LogRetentionDays", Text(template.Resources["Logs"]["Properties"], "RetentionInDays"));
        YamlNode[] alarms =
            [.. template.Resources.Values.Where(one => Text(one, "Type") == "AWS::CloudWatch::Alarm").Select(one => one["Properties"])];
        Assert.Contains(alarms, alarm => Text(alarm, "MetricName") == "Errors");
        string[] watched = [.. alarms.SelectMany(alarm => SamTemplate.ReferencesOf(alarm["Dimensions"]))];
        string[] graveyards =
        [
            .. template.Resources
                .Where(one => Text(one.Value, "Type") == "AWS::SQS::Queue" && !one.Value["Properties"].AllNodes.Contains("RedrivePolicy"))
                .Select(one => one.Key),
        ];
        Assert.All(graveyards, queue => Assert.Contains(queue, watched));
    }

    [Theory]
    [MemberData(nameof(SampleFolders))]
    public void Template_OfASample_LeavesMemoryAndArchitectureToItsUser(string folder)
    {
        SamTemplate template = SamTemplate.LoadFrom(folder);

        Assert.Equal(["MemorySize"], SamTemplate.ReferencesOf(template.Function["MemorySize"]));
        Assert.Equal(["Architecture"], SamTemplate.ReferencesOf(template.Function["Architectures"]));
    }

    private static void AssertMaySendTo(SamTemplate template, YamlNode destination)
    {
        IEnumerable<string> allowed = template.Statements.Where(
            statement => SamTemplate.Texts(statement["Action"]).Contains("sqs:SendMessage"))
            .Select(statement => statement["Resource"].ToString());

        Assert.Contains(destination.ToString(), allowed);
        Assert.Equal("AWS::SQS::Queue", Text(template.Resources[SamTemplate.ReferencesOf(destination).Single()], "Type"));
    }

    private static string Text(YamlNode node, string name) => ((YamlScalarNode)node[name]).Value!;

    private static int Number(YamlNode node, string name) => int.Parse(Text(node, name), CultureInfo.InvariantCulture);
}
