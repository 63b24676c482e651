using ServerlessInference.Models.Graphs;
using ServerlessInference.Sessions;

namespace ServerlessInference.Pipelines;

/// <summary>How the outputs of a model become scores. What the model does not state is decided by its first outputs.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ScoreFunctionChoice
{
    /// <summary>The largest difference of a sum of probabilities from 1, which float16 and quantized models reach.</summary>
    private const double SumTolerance = 2e-3;

    private readonly ClassOutput _output;
    private readonly Lock _deciding = new();
    private volatile ScoreFunction _decided;

    private ScoreFunctionChoice(ClassOutput output, ScoreFunction decided)
    {
        _output = output;
        _decided = decided;
    }

    /// <summary>Decides what follows from the options, the graph, the metadata and <c>config.json</c>.</summary>
    public static ScoreFunctionChoice Create(LoadedModel model, ClassOutput output, ScoreFunction option)
    {
        ScoreStatement? found =
            option != ScoreFunction.Auto ? new ScoreStatement(option, "the option Scores") : Find(model, output);
        if (found is not null)
        {
            Decide(model, found);
        }

        return new ScoreFunctionChoice(output, found?.Function ?? ScoreFunction.Auto);
    }

    /// <summary>Gets the function; the first outputs decide if nothing else has.</summary>
    /// <param name="batch">The batch, which has run.</param>
    /// <param name="outputs">The outputs of all rows.</param>
    /// <param name="classes">The number of classes.</param>
    public ScoreFunction Resolve(InferenceBatch batch, ReadOnlySpan<float> outputs, int classes)
    {
        ScoreFunction decided = _decided;
        if (decided != ScoreFunction.Auto || batch.Model.IsPlaceholder)
        {
            return decided == ScoreFunction.Auto ? ScoreFunction.Softmax : decided;
        }

        lock (_deciding)
        {
            if (_decided == ScoreFunction.Auto)
            {
                _decided = Judge(batch, outputs, classes);
            }

            return _decided;
        }
    }

    private static ScoreStatement? Find(LoadedModel model, ClassOutput output)
    {
        OutputActivation activation = model.Graph.GetActivation(output.Name);
        switch (activation)
        {
            case OutputActivation.Softmax:
                return new ScoreStatement(ScoreFunction.None, "the graph ends in a softmax");
            case OutputActivation.Sigmoid:
                return new ScoreStatement(ScoreFunction.None, "the graph ends in a sigmoid");
            case OutputActivation.LogSoftmax:
                return new ScoreStatement(ScoreFunction.Softmax, "the graph ends in a log-softmax");
        }

        if (model.Description.Metadata.TryGetValue("task", out string? task) && task.Trim() == "classify")
        {
            return new ScoreStatement(ScoreFunction.None, "the metadata states the task 'classify', whose exports end in a softmax");
        }

        if (ClassifierConfig.FindFunction(model, output.Classes) is { } stated)
        {
            return stated;
        }

        // Whether the outputs are probabilities, or how many classes there are, is seen in the first outputs.
        return activation == OutputActivation.Unknown || output.Classes < 0 || HasNameOfProbabilities(output) ? null
            : output.Classes == 1 ? new ScoreStatement(ScoreFunction.Sigmoid, "one output without an activation is a logit")
            : new ScoreStatement(ScoreFunction.Softmax, "outputs without an activation are logits");
    }

    private static bool HasNameOfProbabilities(ClassOutput output) =>
        output.Name.Contains("softmax", StringComparison.OrdinalIgnoreCase)
        || output.Name.Contains("prob", StringComparison.OrdinalIgnoreCase);

    private ScoreFunction Judge(InferenceBatch batch, ReadOnlySpan<float> outputs, int classes)
    {
        bool knowsGraph = batch.Model.Graph.GetActivation(_output.Name) != OutputActivation.Unknown;
        if (classes == 1)
        {
            Decide(batch.Model, new ScoreStatement(ScoreFunction.Sigmoid, "one output is taken for a logit"), needsAttention: !knowsGraph);
            return ScoreFunction.Sigmoid;
        }

        bool areShares = !knowsGraph || HasNameOfProbabilities(_output), areSums = true;
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.GetFailure(row) is null)
            {
                Judge(outputs.Slice(row * classes, classes), ref areShares, ref areSums);
            }
        }

        ScoreStatement judged =
            areShares && areSums ? new(ScoreFunction.None, "the first outputs are not negative and add up to 1")
            : areShares && !knowsGraph && classes > 2 ? new(ScoreFunction.None, "the first outputs are all from 0 to 1")
            : new(ScoreFunction.Softmax, "nothing shows that the outputs are probabilities");
        Decide(batch.Model, judged);
        return judged.Function;
    }

    private static void Judge(ReadOnlySpan<float> outputs, ref bool areShares, ref bool areSums)
    {
        double sum = 0;
        foreach (float output in outputs)
        {
            areShares &= output is >= 0 and <= 1.001f;
            sum += output;
        }

        areSums &= Math.Abs(sum - 1) <= SumTolerance;
    }

    private static void Decide(LoadedModel model, ScoreStatement statement, bool needsAttention = false)
    {
        string function = statement.Function switch
        {
            ScoreFunction.Sigmoid => "sigmoid",
            ScoreFunction.Softmax => "softmax",
            _ => "unchanged outputs",
        };
        model.Decide(new ModelDecision("scores", function, statement.Origin, needsAttention));
    }
}
