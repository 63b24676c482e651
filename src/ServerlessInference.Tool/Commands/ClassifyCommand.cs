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
    private const int MaxSide = 65_535;
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
        Option<int?> resize = Size(
            "--resize", "The size that the shorter side is resized to. Default: that of the model's configuration, or 256.", MaxSide);
        Option<int?> crop = Size(
            "--crop",
            "The side of the square that is cropped from the middle. Default: that of the model's configuration, or 224.",
            MaxSide);
        Option<int?> top = Size("--top", "How many labels to return. Default: 5.", MaxLabels);
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("classify", "Classify images.") { model, files, labels, resize, crop, top, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? labelsFile = parsed.GetValue(labels);
            Action<ModelBuilder> configure = builder => builder.UseImageClassification(options =>
            {
                options.TopK = parsed.GetValue(top) ?? options.TopK;
                options.LabelsFile = labelsFile is null ? null : TrialModel.LabelsName;
                options.Preprocessing = Preprocessing(parsed.GetValue(resize), parsed.GetValue(crop));
            });
            await using var trial = TrialModel.Create(console, parsed.GetRequiredValue(model), labelsFile, configure);
            return await RunAsync(console, trial, parsed.GetRequiredValue(files), parsed.GetValue(format), cancellationToken)
                .ConfigureAwait(false);
        });
        return command;
    }

    private static Option<int?> Size(string name, string description, int largest) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, 1, largest),
    };

    private static ImagePreprocessingOptions? Preprocessing(int? resize, int? crop)
    {
        if (resize is null && crop is null)
        {
            return null;
        }

        ImagePreprocessingOptions settings = ImagePreprocessingPresets.Torchvision();
        settings.Width = settings.Height = crop ?? settings.Width;
        settings.ShorterSide = resize ?? settings.ShorterSide;
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
