using System.CommandLine;
using ServerlessInference.Sessions;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>optimize</c>: prepares a model for deployment, so that functions load it faster.</summary>
internal static class OptimizeCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var model = new Argument<string>("model") { Description = "The model: an .onnx file, or a folder with one.", HelpName = "MODEL" };
        var level = new Option<string?>("--level")
        {
            Description =
                "The level: all (the default) is the fastest, but only for this class of processors; extended is for every processor.",
            HelpName = "all|extended",
        };
        level.AcceptOnlyFromAmong("all", "extended");
        var folder = new Option<string>("--out")
        {
            Description = "The directory for the result, usually that of the model.",
            HelpName = "FOLDER",
            Required = true,
        };
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("optimize", "Prepare a model for deployment, so that functions load it in a fraction of the time.")
        {
            model, level, folder, format,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console,
            parsed.GetRequiredValue(model),
            parsed.GetValue(level) == "extended" ? PreparationLevel.Extended : PreparationLevel.All,
            parsed.GetRequiredValue(folder),
            parsed.GetValue(format),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, string model, PreparationLevel level, string folder, OutputFormat format, CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "PROPERTY", "VALUE");
        try
        {
            PreparedModel prepared = await ModelPreparation.WriteAsync(model, folder, level, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(new OptimizeDocument(model, prepared), cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(model, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }
}
