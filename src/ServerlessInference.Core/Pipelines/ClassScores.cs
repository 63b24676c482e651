using ServerlessInference.Sessions;
using ServerlessInference.Tensors;

namespace ServerlessInference.Pipelines;

/// <summary>The class scores of a model: the output that contains them, their labels, and how outputs become scores.</summary>
/// <remarks>
/// <para>A single output is the score of the positive class. With two labels, the second one is the positive class, and the first one gets
/// the rest to 1.</para>
/// <para>Scores are computed in double precision and rounded to float32; NaN stays NaN. Thread-safe. The functions are plain loops instead
/// of System.Numerics.Tensors: a thousand scores take microseconds either way, and its generic code would take milliseconds to compile at
/// each cold start.</para>
/// </remarks>
/// <example>
/// <code>
/// ClassScores scores = ClassScores.Read(model, "image-classification");
/// scores.Answer(batch, outputs, topK: 5, minScore: 0, top => new ImageClassification(top));
/// </code>
/// </example>
public sealed class ClassScores
{
    private readonly int _output;
    private readonly ScoreFunctionChoice _function;

    private ClassScores(int output, IReadOnlyList<string> labels, ScoreFunctionChoice function)
    {
        _output = output;
        _function = function;
        Labels = labels;
    }

    /// <summary>Gets the labels; empty if the model has none.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Finds the output with the scores of a model, its labels, and the function that it needs.</summary>
    /// <param name="model">The model. Each decision is recorded in <see cref="LoadedModel.Decisions"/>.</param>
    /// <param name="task">The task, in Hugging Face's terms: <c>image-classification</c>.</param>
    /// <param name="function">The function that the options set.</param>
    /// <param name="output">The name of the output; <see langword="null"/> to choose it by labels, names and shapes.</param>
    /// <param name="labelsFile">
    /// The file with the labels; <see langword="null"/> for the places that <see cref="ModelLabels"/> lists.
    /// </param>
    /// <returns>The class scores.</returns>
    /// <exception cref="ModelContractException">No output, or more than one, may contain the scores.</exception>
    /// <exception cref="ModelLoadException">The labels or <c>config.json</c> cannot be read.</exception>
    public static ClassScores Read(
        LoadedModel model, string task, ScoreFunction function = ScoreFunction.Auto, string? output = null, string? labelsFile = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(task);
        model.Decide(new ModelDecision("task", task, "the pipeline"));
        IReadOnlyList<string> labels = ModelLabels.Find(model, labelsFile);
        var choice = ClassOutput.Find(model, task, labels.Count, output);
        if (choice.Classes == 1 && labels.Count == 0)
        {
            model.Decide(new ModelDecision("labels", "none", "the model has a single output, which is one score"));
        }

        return new ClassScores(choice.Index, labels, ScoreFunctionChoice.Create(model, choice, function));
    }

    /// <summary>Answers each input of a batch that has not failed.</summary>
    /// <typeparam name="TAnswer">The type of an answer.</typeparam>
    /// <param name="batch">The batch, which has run.</param>
    /// <param name="answers">Receives the answers.</param>
    /// <param name="topK">The maximum number of labels, at least 1.</param>
    /// <param name="minScore">The lowest score that is selected.</param>
    /// <param name="create">Creates an answer from the best labels, highest score first.</param>
    /// <exception cref="ModelContractException">The shape of the output does not fit the batch or the labels.</exception>
    public void Answer<TAnswer>(
        InferenceBatch batch, Memory<TAnswer> answers, int topK, float minScore, Func<LabelScore[], TAnswer> create)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(create);
        if (batch.Model.Description.Outputs[_output].Kind == ValueKind.Sequence)
        {
            ClassMaps.Answer(batch, _output, answers, topK, minScore, create);
            return;
        }

        TensorView<float> view = batch.GetFloatOutput(_output);
        int classes = ClassOutput.CountClasses(view.Shape, batch, _output, Labels.Count);
        ScoreFunction function = _function.Resolve(batch, view.Elements, classes);
        Workspace workspace = batch.State(static () => new Workspace());
        Span<float> scores = workspace.Take(Math.Max(classes, 2)).AsSpan();
        bool isBinary = classes == 1 && Labels.Count == 2;
        for (int row = 0; row < answers.Length; row++)
        {
            if (batch.GetFailure(row) is not null)
            {
                continue;
            }

            Apply(function, view.Elements.Slice(row * classes, classes), scores);
            if (isBinary)
            {
                (scores[0], scores[1]) = (1 - scores[0], scores[0]);
            }

            ReadOnlySpan<float> values = scores[..(isBinary ? 2 : classes)];
            answers.Span[row] = create(LabelScore.Best(values, Labels, topK, minScore));
        }
    }

    /// <summary>Computes the softmax, for classes of which exactly one applies.</summary>
    /// <param name="outputs">The outputs of the model for one row.</param>
    /// <param name="scores">
    /// Receives the scores, 0 to 1, whose sum is 1; at least as long as <paramref name="outputs"/>. May be the same span.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is shorter than <paramref name="outputs"/>.</exception>
    public static void Softmax(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        Check(outputs, scores);
        float max = float.NegativeInfinity;
        foreach (float output in outputs)
        {
            max = Math.Max(max, output);
        }

        // Subtracting the maximum does not change the result, and keeps the exponentials from overflowing.
        double sum = 0;
        for (int i = 0; i < outputs.Length; i++)
        {
            double exponential = Math.Exp(outputs[i] - (double)max);
            scores[i] = (float)exponential;
            sum += exponential;
        }

        for (int i = 0; i < outputs.Length; i++)
        {
            scores[i] = (float)(scores[i] / sum);
        }
    }

    /// <summary>Computes the logistic function of each output, for classes of which any number may apply.</summary>
    /// <param name="outputs">The outputs of the model for one row.</param>
    /// <param name="scores">
    /// Receives the scores, 0 to 1 each; at least as long as <paramref name="outputs"/>. May be the same span.
    /// </param>
    /// <exception cref="ArgumentException"><paramref name="scores"/> is shorter than <paramref name="outputs"/>.</exception>
    public static void Sigmoid(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        Check(outputs, scores);
        for (int i = 0; i < outputs.Length; i++)
        {
            scores[i] = (float)(1 / (1 + Math.Exp(-(double)outputs[i])));
        }
    }

    private static void Apply(ScoreFunction function, ReadOnlySpan<float> outputs, Span<float> scores)
    {
        switch (function)
        {
            case ScoreFunction.Sigmoid: Sigmoid(outputs, scores); break;
            case ScoreFunction.Softmax: Softmax(outputs, scores); break;
            default: outputs.CopyTo(scores); break;
        }
    }

    private static void Check(ReadOnlySpan<float> outputs, Span<float> scores)
    {
        if (scores.Length < outputs.Length)
        {
            throw new ArgumentException(
                $"{outputs.Length} outputs need as many scores, but there is room for {scores.Length}.", nameof(scores));
        }
    }

    private sealed class Workspace
    {
        private float[] _scores = [];

        public float[] Take(int length) => _scores.Length >= length ? _scores : _scores = new float[length];
    }
}
