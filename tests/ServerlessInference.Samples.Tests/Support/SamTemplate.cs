using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace ServerlessInference.Samples.Tests.Support;

/// <summary>A sample's <c>template.yaml</c>, as far as the tests hold the sample to it.</summary>
internal sealed class SamTemplate
{
    private readonly YamlMappingNode _root;

    private SamTemplate(YamlMappingNode root) => _root = root;

    public string Transform => ((YamlScalarNode)_root["Transform"]).Value!;

    public string Handler => Scalar("Handler");

    public string Runtime => Scalar("Runtime");

    public int Memory => int.Parse(Scalar("MemorySize"), CultureInfo.InvariantCulture);

    public int Timeout => int.Parse(Scalar("Timeout"), CultureInfo.InvariantCulture);

    public int Storage => Function.Children.TryGetValue("EphemeralStorage", out YamlNode? storage)
        ? int.Parse(((YamlScalarNode)storage["Size"]).Value!, CultureInfo.InvariantCulture)
        : 512;

    /// <summary>Gets the names of the environment variables; those that a condition may leave out end with a question mark.</summary>
    public IReadOnlyList<string> Variables => Function.Children.TryGetValue("Environment", out YamlNode? environment)
        ? [.. ((YamlMappingNode)environment["Variables"]).Select(pair => ((YamlScalarNode)pair.Key).Value! + (pair.Value.Tag == "!If" ? "?" : ""))]
        : [];

    /// <summary>Gets every event of the function: its type and its properties.</summary>
    public IReadOnlyList<(string Type, YamlMappingNode Properties)> Events =>
        [.. ((YamlMappingNode)Function["Events"]).Select(pair => (((YamlScalarNode)pair.Value["Type"]).Value!, (YamlMappingNode)pair.Value["Properties"]))];

    /// <summary>Gets every statement of every policy in the template, the function's and those of roles.</summary>
    public IReadOnlyList<YamlMappingNode> Statements => [.. _root.AllNodes.OfType<YamlMappingNode>().Where(node => node.Children.ContainsKey("Effect"))];

    /// <summary>Gets all text values.</summary>
    public IEnumerable<string> Values => _root.AllNodes.OfType<YamlScalarNode>().Select(node => node.Value ?? string.Empty);

    private YamlMappingNode Function => (YamlMappingNode)_root["Resources"]["Function"]["Properties"];

    public static SamTemplate Load(string sample)
    {
        using StreamReader reader = File.OpenText(Path.Combine(Repository.Root, "samples", sample, "template.yaml"));
        var stream = new YamlStream();
        stream.Load(reader);
        return new SamTemplate((YamlMappingNode)stream.Documents.Single().RootNode);
    }

    /// <summary>Gets the texts of a node that is one or a list of them.</summary>
    public static IReadOnlyList<string> Texts(YamlNode node) => node switch
    {
        YamlScalarNode one => [one.Value!],
        YamlSequenceNode list => [.. list.SelectMany(Texts)],
        _ => [],
    };

    private string Scalar(string name) => ((YamlScalarNode)Function[name]).Value!;
}
