using System.Text.Json;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>Lets events pass rows of features as JSON to a classical classifier. Thread-safe.</summary>
/// <remarks>
/// One encoded input may be one row, which is answered by one prediction, or several rows, which are answered by an array of predictions.
/// Several rows succeed or fail together.
/// </remarks>
internal sealed class FeatureRowsPipeline(
    string name, IModelRegistry registry, IInferencePipeline<ReadOnlyMemory<float>, LabelPrediction> pipeline) : IEncodedPipeline
{
    public async ValueTask<IReadOnlyList<InferenceResult>> RunAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> inputs, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var read = new FeatureRows?[inputs.Count];
        var results = new InferenceResult[inputs.Count];
        var rows = new List<ReadOnlyMemory<float>>(inputs.Count);
        for (int i = 0; i < read.Length; i++)
        {
            try
            {
                FeatureRows given = await ReadAsync(inputs[i], cancellationToken).ConfigureAwait(false);
                rows.AddRange(given.Rows);
                read[i] = given;
            }
            catch (InvalidInputException exception)
            {
                results[i] = InferenceResult.Failed<LabelPrediction>(exception, new ModelIdentity(name, "not asked", "none"));
            }
            catch (OutOfMemoryException exception)
            {
                results[i] = InferenceResult.Failed<LabelPrediction>(
                    FailedInput.CreateTooLarge(name, exception), new ModelIdentity(name, "not asked", "none"));
            }
        }

        IReadOnlyList<InferenceResult<LabelPrediction>> answers = await pipeline.RunBatchAsync(rows, cancellationToken)
            .ConfigureAwait(false);
        for (int i = 0, next = 0; i < read.Length; i++)
        {
            if (read[i] is { } given)
            {
                results[i] = given.IsSingle ? answers[next] : CombinedAnswers.Combine(answers, next, given.Rows.Count, name, "Row");
                next += given.Rows.Count;
            }
        }

        return results;
    }

    public void WriteValue(InferenceResult result, Utf8JsonWriter writer)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(writer);
        if (result is InferenceResult<LabelPrediction> single)
        {
            single.Value.WriteTo(writer);
            return;
        }

        writer.WriteStartArray();
        foreach (LabelPrediction prediction in ((InferenceResult<IReadOnlyList<LabelPrediction>>)result).Value)
        {
            prediction.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    private async ValueTask<FeatureRows> ReadAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        if (!FeatureRows.NeedsNames(json.Span))
        {
            return FeatureRows.Read(json.Span, null);
        }

        // The names of the features are known only when the model is loaded. The lease is returned before the pipeline takes its own.
        using ModelLease lease = await registry.AcquireAsync(name, cancellationToken).ConfigureAwait(false);
        return FeatureRows.Read(json.Span, lease.Model.Description.Inputs);
    }
}
