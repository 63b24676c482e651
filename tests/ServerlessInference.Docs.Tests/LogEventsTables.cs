using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ServerlessInference.Docs.Tests;

/// <summary>Writes a table of the log messages of all libraries from their source.</summary>
internal static class LogEventsTables
{
    /// <summary>Returns every log message, in the order of the event IDs.</summary>
    public static IReadOnlyList<(int Id, string Package, string Level, string Message)> Find() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(folder => folder is "obj" or "bin"))
            .SelectMany(FindInFile)
            .OrderBy(found => found.Id),
    ];

    /// <summary>Returns the table, in Markdown.</summary>
    public static string Write()
    {
        var text = new StringBuilder("\n| ID | package | level | message |\n|---|---|---|---|\n");
        foreach ((int id, string package, string level, string message) in Find())
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {id} | `{package}` | {level} | {message.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return text.Append('\n').ToString();
    }

    private static IEnumerable<(int Id, string Package, string Level, string Message)> FindInFile(string file)
    {
        string text = File.ReadAllText(file);
        if (!text.Contains("LoggerMessage(", StringComparison.Ordinal))
        {
            yield break;
        }

        string package = Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Split(Path.DirectorySeparatorChar)[0];
        IEnumerable<AttributeSyntax> attributes = CSharpSyntaxTree.ParseText(text).GetRoot()
            .DescendantNodes().OfType<AttributeSyntax>()
            .Where(attribute => attribute.Name.ToString() == "LoggerMessage");
        foreach (AttributeSyntax attribute in attributes)
        {
            Dictionary<string, ExpressionSyntax> arguments = attribute.ArgumentList!.Arguments
                .ToDictionary(argument => argument.NameEquals!.Name.ToString(), argument => argument.Expression);
            string level = arguments.TryGetValue("Level", out ExpressionSyntax? named) ? named.ToString().Split('.')[^1] : "by its cause";
            yield return (
                int.Parse(arguments["EventId"].ToString(), CultureInfo.InvariantCulture),
                package["ServerlessInference.".Length..],
                level,
                Evaluate(arguments["Message"]));
        }
    }

    private static string Evaluate(ExpressionSyntax expression) => expression switch
    {
        BinaryExpressionSyntax sum => Evaluate(sum.Left) + Evaluate(sum.Right),
        LiteralExpressionSyntax literal => literal.Token.ValueText,
        _ => throw new NotSupportedException($"'{expression}' is not a literal; LogEventsTables must learn to read it."),
    };
}
