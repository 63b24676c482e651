using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;
using ServerlessInference.Vision;
using ServerlessInference.Vision.Classification;
using ServerlessInference.Vision.Imaging;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>classify</c>: says what images show.</summary>
internal static class ClassifyCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var model = ModelArgument.Create();
        var files = new Argument<string[]>("files") { Description = "Images.", HelpName = "FILE", Arity = ArgumentArity.OneOrMore };
        var labels = new Option<string?>("--labels") { Description = "A file that names the classes. Default: what stands beside the model or in its metadata.", HelpName = "FILE" };
        var resize = new Option<int?>("--resize") { Description = "What the shorter side is resized to. Default: what the model says, else 256.", HelpName = "N" };
        var crop = new Option<int?>("--crop") { Description = "The side of the square in the middle that the model sees. Default: what the model says, else 224.", HelpName = "N" };
        var top = new Option<int>("--top") { Description = "How many labels are named.", HelpName = "N", DefaultValueFactory = _ => 5 };
        var format = FormatOption.Create();
        var command = new Command("classify", "Say what images show.") { model, files, labels, resize, crop, top, format };
        command.Validators.Add(result =>
        {
            foreach (var (option, value) in new[] { ("--resize", result.GetValue(resize)), ("--crop", result.GetValue(crop)), ("--top", result.GetValue(top)) })
            {
                if (value is <= 0)
                {
                    result.AddError($"{option} is {value.Value.ToString(CultureInfo.InvariantCulture)}; it must be above 0.");
                }
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var labelsFile = parsed.GetValue(labels);
            await using var trial = TrialModel.Create(console, parsed.GetRequiredValue(model), labelsFile, builder => builder.UseImageClassification(options =>
            {
                options.TopK = parsed.GetValue(top);
                options.LabelsFile = labelsFile is null ? null : TrialModel.LabelsName;
                options.Preprocessing = Preprocessing(parsed.GetValue(resize), parsed.GetValue(crop));
            }));
            return await RunAsync(console, trial, parsed.GetRequiredValue(files), parsed.GetValue(format), cancellationToken).ConfigureAwait(false);
        });
        return command;
    }

    private static ImagePreprocessingOptions? Preprocessing(int? resize, int? crop)
    {
        if (resize is null && crop is null)
        {
            return null;
        }

        var settings = ImagePreprocessingPresets.Torchvision();
        settings.Width = settings.Height = crop ?? settings.Width;
        settings.ShorterSide = resize ?? settings.ShorterSide;
        return settings;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, TrialModel trial, string[] files, OutputFormat format, CancellationToken cancellationToken)
    {
        var exitCode = ExitCode.Success;
        using var progress = new ProgressBar(console, TimeProvider.System, files.Length);
        await using var writer = new DocumentWriter(console, format, "FILE", "LABEL", "SCORE", "OTHERS");
        var pipeline = trial.Services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ImageClassification>>(TrialModel.Name);
        foreach (var file in files)
        {
            try
            {
                var image = await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false);
                var result = await pipeline.RunAsync(image, cancellationToken).ConfigureAwait(false);
                await writer.WriteAsync(new ClassifyDocument(file, result.Value.Top), cancellationToken).ConfigureAwait(false);
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
}
