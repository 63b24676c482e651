using System.Text;

namespace ServerlessInference.Tool.Output;

/// <summary>
/// Standard input, output and error of the commands. Documents are written to <see cref="Output"/>; progress, logs and errors for people
/// are written to <see cref="Error"/>. The writers are thread-safe.
/// </summary>
internal sealed class ToolConsole
{
    /// <summary>The name of standard input on the command line.</summary>
    public const string InputName = "-";

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

    /// <summary>Gets standard output as bytes: one UTF-8 document per line.</summary>
    public Stream Output { get; }

    /// <summary>Gets standard output as text, for help and tables.</summary>
    public TextWriter OutputText { get; }

    /// <summary>Gets standard error.</summary>
    public TextWriter Error { get; }

    /// <summary>Gets a value indicating whether standard error is a terminal, so that a progress bar makes sense.</summary>
    public bool ErrorIsTerminal { get; }

    /// <summary>Creates the console of this process.</summary>
    public static ToolConsole ForCurrentProcess() =>
        new(Console.OpenStandardInput(), Console.OpenStandardOutput(), Console.Error, !Console.IsErrorRedirected);

    /// <summary>Creates a console from streams, for tests.</summary>
    public static ToolConsole FromStreams(Stream input, Stream output, TextWriter error, bool errorIsTerminal = false) =>
        new(input, output, error, errorIsTerminal);
}
