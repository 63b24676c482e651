using System.CommandLine;
using ServerlessInference.Models;
using ServerlessInference.Registration;
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
            InspectDocument document = Describe(path, lease.Model);
            await writer.WriteAsync(await AddDecisionsAsync(console, document, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(path, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }

    /// <summary>Adds what the text pipeline of the task decides. It records its decisions when it prepares the model.</summary>
    private static async Task<InspectDocument> AddDecisionsAsync(
        ToolConsole console, InspectDocument document, CancellationToken cancellationToken)
    {
        if (GetPipeline(document.Task) is not { } configure)
        {
            return document;
        }

        try
        {
            await using var trial = TrialModel.Create(console, document.File, labels: null, configure);
            using ModelLease lease = await trial.Registry.AcquireAsync(TrialModel.Name, cancellationToken).ConfigureAwait(false);
            return document with { Decisions = [.. lease.Model.Decisions.Where(decision => decision.Subject != "task")] };
        }
        catch (InferenceException exception)
        {
            return document with { Decisions = [new ModelDecision("pipeline", "refused", exception.Message)] };
        }
    }

    private static Action<ModelBuilder>? GetPipeline(ModelTask task) => (task.Task, task.Head) switch
    {
        ("question-answering", _) => builder => builder.UseQuestionAnswering(),
        ("feature-extraction", _) => builder => builder.UseTextEmbeddings(),
        ("text-classification", null) => builder => builder.UseTextClassification(),
        ("text-classification", _) => builder => builder.UseTextLabelPrediction(),
        ("tabular-classification", _) => builder => builder.UseLabelPrediction(),
        _ => null,
    };

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
