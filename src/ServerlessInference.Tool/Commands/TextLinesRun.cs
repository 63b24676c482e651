using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Registration;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>Runs a model on each line of standard input.</summary>
internal sealed class TextLinesRun(ToolConsole console, DocumentWriter writer, string path, CancellationToken cancellationToken)
{
    /// <summary>Registers the model with a pipeline and runs it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync<TInput, TOutput>(
        Action<ModelBuilder> configure, Func<string, TInput> read, Action<Table, string, TOutput> addRow)
    {
        await using var trial = TrialModel.Create(console, path, labels: null, configure);
        var pipeline = trial.Services.GetRequiredKeyedService<IInferencePipeline<TInput, TOutput>>(TrialModel.Name);
        int exitCode = ExitCode.Success;
        try
        {
            using (await trial.Registry.AcquireAsync(TrialModel.Name, cancellationToken))
            {
            }
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(path, exception), cancellationToken);
            return ExitCode.InputFailed;
        }

        await foreach ((int number, string? text) in InputLines.ReadAsync(console, cancellationToken))
        {
            ITableDocument document;
            try
            {
                InferenceResult<TOutput> result = await pipeline.RunAsync(read(text), cancellationToken);
                document = new ModelAnswerDocument(
                    json => json.WriteNumber("line"u8, number),
                    trial.WriteAnswer(result),
                    table => addRow(table, number.ToString(CultureInfo.InvariantCulture), result.Value));
            }
            catch (Exception exception) when (FailureDocument.Covers(exception))
            {
                document = new LineFailureDocument(number, exception);
                exitCode = ExitCode.InputFailed;
            }

            await writer.WriteAsync(document, cancellationToken);
        }

        return exitCode;
    }
}
