using System.Runtime.CompilerServices;
using System.Text;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>Reads standard input line by line.</summary>
internal static class InputLines
{
    /// <summary>Reads all lines; empty ones are skipped.</summary>
    /// <returns>Each line with its number, from 1.</returns>
    public static async IAsyncEnumerable<(int Number, string Text)> ReadAsync(
        ToolConsole console, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(console.Input, new UTF8Encoding(false), leaveOpen: true);
        for (int number = 1; await reader.ReadLineAsync(cancellationToken) is { } line; number++)
        {
            if (line.Length > 0)
            {
                yield return (number, line);
            }
        }
    }
}
