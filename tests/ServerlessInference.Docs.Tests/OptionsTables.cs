using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ServerlessInference.Docs.Tests;

/// <summary>Writes a table of each options class from the libraries' own documentation.</summary>
internal static partial class OptionsTables
{
    private static readonly string[] Libraries =
        ["Core", "Imaging", "Vision", "Text", "Tokenizers", "S3", "DynamoDB", "ParameterStore", "Lambda"];

    /// <summary>Returns the tables, library by library, in Markdown.</summary>
    public static string Write()
    {
        var text = new StringBuilder();
        foreach (string library in Libraries)
        {
            Assembly assembly = Assembly.Load("ServerlessInference." + library);
            Dictionary<string, XElement> documentation = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
                .Descendants("member")
                .ToDictionary(member => member.Attribute("name")!.Value);
            foreach (Type type in assembly.GetExportedTypes()
                .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
                .OrderBy(type => type.FullName, StringComparer.Ordinal))
            {
                Table(text, type, documentation);
            }
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, Type type, Dictionary<string, XElement> documentation)
    {
        text.Append($"\n**`{type.Name}`** (`{type.Namespace}`): {Text(documentation["T:" + type.FullName].Element("summary")!)}\n\n");
        text.Append("| member | what it is | value |\n|---|---|---|\n");
        PropertyInfo[] members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        foreach (PropertyInfo member in members.OrderBy(member => member.MetadataToken))
        {
            XElement element = documentation[$"P:{type.FullName}.{member.Name}"];
            string what = Opening().Replace(Text(element.Element("summary")!), "");
            string value = element.Element("value") is { } described ? Text(described) : "";
            text.Append($"| `{member.Name}` | {what} | {value} |\n");
        }
    }

    // Markdown of a documentation comment: references become the last part of their name.
    private static string Text(XElement element)
    {
        var text = new StringBuilder();
        foreach (XNode node in element.Nodes())
        {
            text.Append(node switch
            {
                XText words => words.Value,
                XElement { Name.LocalName: "see" or "seealso" or "paramref" } reference => $"`{Name(reference)}`",
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement other => Text(other),
                _ => "",
            });
        }

        return WhiteSpace().Replace(text.ToString(), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal);
    }

    private static string Name(XElement reference)
    {
        string name = reference.FirstAttribute!.Value;
        string member = name[(name.Split('(')[0].LastIndexOf('.') + 1)..];
        return member.Split('(')[0].Split('`')[0];
    }

    [GeneratedRegex("^Gets (or sets )?(a value indicating )?")]
    private static partial Regex Opening();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
