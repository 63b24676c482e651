using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Sessions;
using ServerlessInference.Tensors;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>predict</c>: runs a model on named tensors.</summary>
internal static class PredictCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = ModelArgument.Create();
        var input = new Option<string>("--input", "-i")
        {
            Description =
                "A JSON file with the inputs by name, each as nested arrays or as {\"shape\":[…],\"data\":[…]}; - for standard input " +
                "(the default).",
            HelpName = "FILE.json",
            DefaultValueFactory = _ => ToolConsole.InputName,
        };
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("predict", "Run a model on named tensors and print its outputs.") { model, input, format };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console, parsed.GetRequiredValue(model), parsed.GetRequiredValue(input), parsed.GetValue(format), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, string path, string input, OutputFormat format, CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "OUTPUT", "DTYPE", "VALUE");
        try
        {
            byte[] json = input == ToolConsole.InputName
                ? await EventInput.ReadToEndAsync(console.Input, cancellationToken).ConfigureAwait(false)
                : await File.ReadAllBytesAsync(input, cancellationToken).ConfigureAwait(false);
            await using var trial = TrialModel.Create(console, path);
            using ModelLease lease = await trial.Registry.AcquireAsync(TrialModel.Name, cancellationToken).ConfigureAwait(false);
            NamedValues values = TensorJson.Read(json, lease.Model.Description.Inputs);
            var pipeline = trial.Services.GetRequiredKeyedService<IInferencePipeline<NamedValues, NamedValues>>(TrialModel.Name);
            InferenceResult<NamedValues> result = await pipeline.RunAsync(values, cancellationToken).ConfigureAwait(false);
            await writer.WriteAsync(new PredictDocument(path, result.Value), cancellationToken).ConfigureAwait(false);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(path, exception), cancellationToken).ConfigureAwait(false);
            return ExitCode.InputFailed;
        }
    }
}
