using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;
using ServerlessInference.Vision;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>classify</c>: classifies images.</summary>
internal static class ClassifyCommand
{
    private const int MaxLabels = 100_000;

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = ModelArgument.Create();
        Argument<string[]> files = FilesArgument.Create();
        var labels = new Option<string?>("--labels")
        {
            Description = "A file that names the classes. Default: the file next to the model, or the model's metadata.",
            HelpName = "FILE",
        };
        var scores = new Option<ScoreFunction>("--scores")
        {
            Description = "How outputs become scores: auto (default), softmax, sigmoid or none.",
            HelpName = "NAME",
        };
        var output = new Option<string?>("--output")
        {
            Description = "The output with the classes. Default: chosen by labels, names and shapes.",
            HelpName = "NAME",
        };
        var preprocessing = new PreprocessingArguments("that of the model's preprocessor_config.json");
        Option<int?> top = Size("--top", "How many labels to return. Default: 5.");
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("classify", "Classify images.") { model, files, labels, scores, output, top, format };
        foreach (Option option in preprocessing.Options)
        {
            command.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? labelsFile = parsed.GetValue(labels);
            Action<ModelBuilder> configure = builder => builder.UseImageClassification(options =>
            {
                options.TopK = parsed.GetValue(top) ?? options.TopK;
                options.LabelsFile = labelsFile is null ? null : TrialModel.LabelsName;
                options.Scores = parsed.GetValue(scores);
                options.Output = parsed.GetValue(output);
                options.Preprocessing = preprocessing.AreGiven(parsed)
                    ? CreatePreprocessing(parsed, preprocessing, parsed.GetRequiredValue(model))
                    : null;
            });
            await using var trial = TrialModel.Create(console, parsed.GetRequiredValue(model), labelsFile, configure);
            return await RunAsync(console, trial, parsed.GetRequiredValue(files), parsed.GetValue(format), cancellationToken)
                .ConfigureAwait(false);
        });
        return command;
    }

    private static Option<int?> Size(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, 1, MaxLabels),
    };

    // What is not given stays as the model's own file says.
    private static ImagePreprocessingOptions CreatePreprocessing(ParseResult parsed, PreprocessingArguments arguments, string model)
    {
        string folder = Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!;
        string file = Path.Combine(folder, "preprocessor_config.json");
        ImagePreprocessingOptions settings = File.Exists(file)
            ? HuggingFacePreprocessorConfig.Read(File.ReadAllBytes(file))
            : ImagePreprocessingPresets.Torchvision();
        arguments.Apply(parsed, settings);
        return settings;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, TrialModel trial, string[] files, OutputFormat format, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        using var progress = new ProgressBar(console, TimeProvider.System, files.Length);
        await using var writer = new DocumentWriter(console, format, "FILE", "LABEL", "SCORE", "OTHERS");
        var pipeline =
            trial.Services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>(TrialModel.Name);
        foreach (string file in files)
        {
            try
            {
                byte[] image = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
                InferenceResult<ImageClassification> result = await pipeline.RunAsync(image, cancellationToken).ConfigureAwait(false);
                var document = new ModelAnswerDocument(
                    json => json.WriteString("file"u8, file), trial.WriteAnswer(result), table => AddRow(table, file, result.Value.Top));
                await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (FailureDocument.Covers(exception))
            {
                await writer.WriteAsync(new FailureDocument(file, exception), cancellationToken).ConfigureAwait(false);
                exitCode = ExitCode.InputFailed;
            }

            progress.Step(file);
        }

        return exitCode;
    }

    private static void AddRow(Table table, string file, IReadOnlyList<LabelScore> top)
    {
        table.Add(
            file,
            top.Count > 0 ? top[0].Label : "nothing",
            top.Count > 0 ? Score(top[0]) : string.Empty,
            string.Join(", ", top.Skip(1).Select(other => $"{other.Label} {Score(other)}")));

        static string Score(LabelScore label) => label.Score.ToString("0.000", CultureInfo.InvariantCulture);
    }
}
