using System.Text;

namespace ServerlessInference.Tool.Output;

/// <summary>
/// Standard input, output and error as the commands see them. Documents go to <see cref="Output"/>; everything that is meant for
/// a person (progress, logs, mistakes) goes to <see cref="Error"/>. Writers are safe to use from several threads.
/// </summary>
internal sealed class ToolConsole
{
    private ToolConsole(Stream input, Stream output, TextWriter error, bool errorIsTerminal)
    {
        Input = input;
        Output = output;
        OutputText = TextWriter.Synchronized(new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true) { AutoFlush = true });
        Error = TextWriter.Synchronized(error);
        ErrorIsTerminal = errorIsTerminal;
    }

    /// <summary>Gets standard input.</summary>
    public Stream Input { get; }

    /// <summary>Gets standard output as bytes: one document per line, UTF-8.</summary>
    public Stream Output { get; }

    /// <summary>Gets standard output as text, for help and tables.</summary>
    public TextWriter OutputText { get; }

    /// <summary>Gets standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Gets whether a person watches standard error, so that a progress bar makes sense.</summary>
    public bool ErrorIsTerminal { get; }

    /// <summary>The console of this process.</summary>
    public static ToolConsole OfThisProcess() =>
        new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, !Console.IsErrorRedirected);

    /// <summary>A console over streams of the caller's: for tests.</summary>
    public static ToolConsole Over(Stream input, Stream output, TextWriter error, bool errorIsTerminal = false) =>
        new(input, output, error, errorIsTerminal);
}
