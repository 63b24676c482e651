using System.Reflection;
using ServerlessInference.PublicApi.Internal;

namespace ServerlessInference.PublicApi;

/// <summary>Public means promised: <c>approved/NAME.txt</c> contains the public surface of each published library.</summary>
public sealed class ApprovedSurfaceTests
{
    private const string ApproveVariable = "SERVERLESS_INFERENCE_APPROVE";

    public static TheoryData<string> Libraries => new(Metadata("PublishedLibraries").Split(';'));

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Surface_Library_IsApproved(string library)
    {
        string surface = PublicSurface.Of(Assembly.Load(library));
        string path = Path.Combine(Metadata("ApprovedFolder"), library + ".txt");
        if (Environment.GetEnvironmentVariable(ApproveVariable) == "1")
        {
            File.WriteAllText(path, surface);
            return;
        }

        Assert.True(
            File.Exists(path), $"{library} has no approved surface. Run these tests with {ApproveVariable}=1, read {path}, and commit it.");
        string approved = File.ReadAllText(path).ReplaceLineEndings("\n");
        if (surface != approved)
        {
            Assert.Fail(
                $"The public surface of {library} has changed (- approved, + found):\n{Difference(approved, surface)}\n" +
                $"If the change is intended, run these tests with {ApproveVariable}=1, review the change of {path}, and commit it.");
        }
    }

    private static string Metadata(string key) =>
        typeof(ApprovedSurfaceTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == key).Value!;

    // Each line includes its type, so that a member that moves between types is found too.
    private static string Difference(string approved, string found)
    {
        List<string> before = Qualified(approved);
        List<string> after = Qualified(found);
        return string.Join('\n', before.Except(after).Select(line => "- " + line).Concat(after.Except(before).Select(line => "+ " + line)));
    }

    private static List<string> Qualified(string surface)
    {
        string type = string.Empty;
        var lines = new List<string>();
        foreach (string line in surface.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!line.StartsWith(' '))
            {
                type = line.Split(" : ")[0];
                lines.Add(line);
            }
            else
            {
                lines.Add($"{type}: {line.Trim()}");
            }
        }

        return lines;
    }
}
