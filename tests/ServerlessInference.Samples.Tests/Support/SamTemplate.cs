using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace ServerlessInference.Samples.Tests.Support;

/// <summary>The parts of a <c>template.yaml</c>, of a sample or of <c>dotnet new</c>, that the tests check.</summary>
internal sealed partial class SamTemplate
{
    private readonly YamlMappingNode _root;

    private SamTemplate(YamlMappingNode root) => _root = root;

    public string Transform => ((YamlScalarNode)_root["Transform"]).Value!;

    public string Handler => Scalar("Handler");

    public string Runtime => Scalar("Runtime");

    /// <summary>Gets the memory size, MB: a number, or the default of the parameter that sets it.</summary>
    public int Memory => int.Parse(Resolve(Function["MemorySize"]), CultureInfo.InvariantCulture);

    public int Timeout => int.Parse(Scalar("Timeout"), CultureInfo.InvariantCulture);

    public int Storage => Function.Children.TryGetValue("EphemeralStorage", out YamlNode? storage)
        ? int.Parse(((YamlScalarNode)storage["Size"]).Value!, CultureInfo.InvariantCulture)
        : 512;

    /// <summary>Gets the names of the environment variables; those that depend on a condition end with a question mark.</summary>
    public IReadOnlyList<string> Variables => Function.Children.TryGetValue("Environment", out YamlNode? environment)
        ?
        [
            .. ((YamlMappingNode)environment["Variables"])
                .Select(pair => ((YamlScalarNode)pair.Key).Value! + (pair.Value.Tag == "!If" ? "?" : "")),
        ]
        : [];

    /// <summary>Gets every event of the function: its type and its properties.</summary>
    public IReadOnlyList<(string Type, YamlMappingNode Properties)> Events =>
        [.. ((YamlMappingNode)Function["Events"]).Select(pair => (
            ((YamlScalarNode)pair.Value["Type"]).Value!,
            ((YamlMappingNode)pair.Value).Children.TryGetValue("Properties", out YamlNode? properties)
                ? (YamlMappingNode)properties
                : []))];

    /// <summary>Gets every statement of every policy in the template, the function's and those of roles.</summary>
    public IReadOnlyList<YamlMappingNode> Statements =>
        [.. _root.AllNodes.OfType<YamlMappingNode>().Where(node => node.Children.ContainsKey("Effect"))];

    /// <summary>Gets all text values.</summary>
    public IEnumerable<string> Values => _root.AllNodes.OfType<YamlScalarNode>().Select(node => node.Value ?? string.Empty);

    /// <summary>Gets every resource by its logical name.</summary>
    public IReadOnlyDictionary<string, YamlMappingNode> Resources => Section("Resources");

    /// <summary>Gets the names that the template's parameters, resources and conditions have.</summary>
    public IReadOnlySet<string> Names =>
        new[] { "Parameters", "Resources", "Conditions" }.SelectMany(section => Section(section).Keys).ToHashSet(StringComparer.Ordinal);

    /// <summary>Gets every name that anything in the template refers to.</summary>
    public IEnumerable<string> References => ReferencesOf(_root);

    /// <summary>Gets the function's properties.</summary>
    public YamlMappingNode Function => (YamlMappingNode)_root["Resources"]["Function"]["Properties"];

    /// <summary>Gets the value of a text, or the default of the parameter that it refers to.</summary>
    public string Resolve(YamlNode node) => node.Tag == "!Ref"
        ? ((YamlScalarNode)Section("Parameters")[((YamlScalarNode)node).Value!]["Default"]).Value!
        : ((YamlScalarNode)node).Value!;

    /// <summary>Gets the folders with a template: of the samples, and of <c>dotnet new</c>.</summary>
    public static IReadOnlyList<string> Folders { get; } =
    [
        .. new[] { "samples", "src/ServerlessInference.Templates/templates" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(Repository.Root, folder), "template.yaml", SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(file)!)).Order(StringComparer.Ordinal),
    ];

    public static SamTemplate Load(string sample) => LoadFrom(Path.Combine("samples", sample));

    /// <summary>Reads the template of a folder of the repository.</summary>
    public static SamTemplate LoadFrom(string folder)
    {
        using StreamReader reader = File.OpenText(Path.Combine(Repository.Root, folder, "template.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return new SamTemplate((YamlMappingNode)stream.Documents.Single().RootNode);
    }

    /// <summary>Gets the texts of a node that is a text or a list of texts.</summary>
    public static IReadOnlyList<string> Texts(YamlNode node) => node switch
    {
        YamlScalarNode one => [one.Value!],
        YamlSequenceNode list => [.. list.SelectMany(Texts)],
        _ => [],
    };

    /// <summary>
    /// Gets the names that something refers to by <c>!Ref</c>, <c>!GetAtt</c> or <c>!Sub</c>, without what CloudFormation knows by itself
    /// (<c>AWS::…</c>).
    /// </summary>
    public static IEnumerable<string> ReferencesOf(YamlNode node) =>
        node.AllNodes.OfType<YamlScalarNode>().SelectMany(scalar => scalar.Tag.IsEmpty ? [] : scalar.Tag.Value switch
    {
        "!Ref" or "!Condition" => [scalar.Value!],
        "!GetAtt" => [scalar.Value!.Split('.')[0]],
        "!Sub" => Placeholder().Matches(scalar.Value!).Select(match => match.Groups[1].Value.Split('.')[0]),
        _ => Array.Empty<string>(),
    }).Where(name => !name.StartsWith("AWS::", StringComparison.Ordinal));

    private Dictionary<string, YamlMappingNode> Section(string name) => _root.Children.TryGetValue(name, out YamlNode? section)
        ? ((YamlMappingNode)section).ToDictionary(
            pair => ((YamlScalarNode)pair.Key).Value!, pair => pair.Value as YamlMappingNode ?? [], StringComparer.Ordinal)
        : [];

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Placeholder();

    private string Scalar(string name) => ((YamlScalarNode)Function[name]).Value!;
}
