using System.Text.RegularExpressions;
using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

/// <summary>The help of commands, and docs/cli.md, list the same commands and options.</summary>
public sealed partial class HelpTests
{
    // Each command, and the headings of docs/cli.md under which its options are listed.
    public static TheoryData<string, string> Commands => new()
    {
        { "inspect", "inspect" },
        { "predict", "predict" },
        { "classify", "classify" },
        { "detect", "detect" },
        { "tokenize", "tokenize" },
        { "answer", "answer" },
        { "classify-text", "classify-text and embed" },
        { "embed", "classify-text and embed" },
        { "image decode", "image" },
        { "image tensor", "image" },
        { "optimize", "optimize" },
        { "invoke", "invoke,The local environment" },
        { "serve", "serve,The local environment" },
        { "cost", "cost" },
        { "package split", "package split" },
        { "package verify", "package verify" },
        { "package layer", "package layer" },
        { "fetch", "fetch" },
    };

    public static TheoryData<string> CommandNames => [.. Commands.Select(row => row.Data.Item1)];

    [Fact]
    public async Task Help_OfTheTool_NamesTheCommandsThatTheDocsList()
    {
        string help = (await ToolRun.RunAsync("--help")).Output;

        Assert.All(Commands.Select(row => row.Data.Item1.Split(' ')[0]).Distinct(), command => Assert.Matches($@"\n +{command}\b", help));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfACommand_HasTheOptionsOfTheDocs(string command, string headings)
    {
        string help = (await ToolRun.RunAsync([.. command.Split(' '), "--help"])).Output;
        string docs = string.Concat(headings.Split(',').Select(CliDocs.Section));
        string[] offered =
            [.. Offered().Matches(help).Select(match => match.Groups[1].Value).Where(option => option is not ("--help" or "--format"))];

        Assert.All(offered, option => Assert.Matches($@"{option}\b(?!-)", docs));
        Assert.All(Described().Matches(docs).Select(match => match.Groups[1].Value), option => Assert.Matches($@"{option}\b(?!-)", help));
    }

    [Theory]
    [MemberData(nameof(CommandNames))]
    public async Task Help_OfACommand_ShowsDefaultsAsTheyAreTyped(string command)
    {
        string help = (await ToolRun.RunAsync([.. command.Split(' '), "--help"])).Output;

        Assert.DoesNotMatch(@"\[default: [A-Z]", help);
        Assert.DoesNotMatch(@"\[default: \d{7,}\]", help);
    }

    // An option at the beginning of its line of help, after its short form if it has one.
    [GeneratedRegex(@"^ +(?:-\w, )?(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Offered();

    // The first cell of a row.
    [GeneratedRegex(@"^\| `(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Described();
}
