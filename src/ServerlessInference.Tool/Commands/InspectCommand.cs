using System.CommandLine;
using ServerlessInference.Models;
using ServerlessInference.Sessions;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>inspect</c>: describes a model.</summary>
internal static class InspectCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = ModelArgument.Create();
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command(
            "inspect", "Describe a model: its size, versions, inputs, outputs and metadata, and the task that it is probably for.")
        {
            model, format,
        };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(console, parsed.GetRequiredValue(model), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(ToolConsole console, string path, OutputFormat format, CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "PROPERTY", "VALUE");
        try
        {
            await using var trial = TrialModel.Create(console, path);
            using ModelLease lease = await trial.Registry.AcquireAsync(TrialModel.Name, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(Describe(path, lease.Model), cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(path, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }

    private static InspectDocument Describe(string path, LoadedModel model)
    {
        ModelFile file = model.Artifact.GetModelFile();
        using FileStream stream = File.OpenRead(file.PhysicalPath!);
        var task = ModelTask.Detect(model);
        ModelDecision[] decisions = [.. model.Decisions.Where(decision => decision.Subject != "task")];
        return new InspectDocument(
            path, file.Length, OnnxHeader.TryRead(stream), model.Description, task, task.Task is null ? [] : decisions);
    }
}
