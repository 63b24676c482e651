namespace ServerlessInference.Pipelines;

/// <summary>Combines the answers of several inputs that came together into one result.</summary>
internal static class CombinedAnswers
{
    /// <summary>Combines answers. They succeed or fail together.</summary>
    /// <param name="answers">The answers of all inputs of the run.</param>
    /// <param name="start">The index of the first answer.</param>
    /// <param name="count">The number of answers.</param>
    /// <param name="model">The name of the model.</param>
    /// <param name="item">What one of the inputs is called in messages, such as <c>Row</c>.</param>
    public static InferenceResult<IReadOnlyList<TOutput>> Combine<TOutput>(
        IReadOnlyList<InferenceResult<TOutput>> answers, int start, int count, string model, string item)
    {
        var combined = new TOutput[count];
        for (int i = 0; i < count; i++)
        {
            InferenceResult<TOutput> answer = answers[start + i];
            if (answer.Error is { } error)
            {
                Exception reason = error is InvalidInputException invalid
                    ? new InvalidInputException(invalid.Kind, $"{item} {i}: {invalid.Message}", invalid)
                    : error;
                return InferenceResult.Failed<IReadOnlyList<TOutput>>(reason, answer.Model, answer.Timings);
            }

            combined[i] = answer.Value;
        }

        // An empty array has no run that its model and timings could be taken from.
        return count == 0
            ? new InferenceResult<IReadOnlyList<TOutput>>(combined, new ModelIdentity(model, "not asked", "none"))
            : new InferenceResult<IReadOnlyList<TOutput>>(combined, answers[start].Model, answers[start].Timings);
    }
}
