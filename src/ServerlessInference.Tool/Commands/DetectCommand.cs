using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Imaging;
using ServerlessInference.Registration;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;
using ServerlessInference.Vision;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>detect</c>: detects objects in images.</summary>
internal static class DetectCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = ModelArgument.Create();
        Argument<string[]> files = FilesArgument.Create();
        var labels = new Option<string?>("--labels")
        {
            Description = "A file that names the classes. Default: the model's metadata, or the file next to the model.",
            HelpName = "FILE",
        };
        Option<float?> confidence = Share(
            "--confidence", "The lowest score of a box. Default: that of the head's original tool, 0.25 for most.");
        Option<float?> iou = Share(
            "--iou", "The overlap above which the box with the lower score is dropped. Default: that of the head's original tool.");
        var agnostic = new Option<bool>("--agnostic") { Description = "Drop overlapping boxes of different classes too." };
        var head = new Option<DetectionHead>("--head")
        {
            Description = "The format of the boxes: auto (default), yolov5, yolov8, endtoend, yolox or yoloxdecoded.",
            HelpName = "NAME",
        };
        var output = new Option<string?>("--output")
        {
            Description = "The output with the boxes. Default: chosen by names and shapes.",
            HelpName = "NAME",
        };
        var draw = new Option<string?>("--draw")
        {
            Description = "A directory to which each image is written as a PNG with its boxes.",
            HelpName = "FOLDER",
        };
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("detect", "Detect objects in images with a YOLO model.")
        {
            model, files, labels, confidence, iou, agnostic, head, output, draw, format,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string? labelsFile = parsed.GetValue(labels);
            Action<ModelBuilder> configure = builder => builder.UseObjectDetection(options =>
            {
                options.LabelsFile = labelsFile is null ? null : TrialModel.LabelsName;
                options.MinScore = parsed.GetValue(confidence);
                options.IouThreshold = parsed.GetValue(iou);
                options.ClassAgnostic = parsed.GetValue(agnostic);
                options.Head = parsed.GetValue(head);
                options.Output = parsed.GetValue(output);
            });
            await using var trial = TrialModel.Create(console, parsed.GetRequiredValue(model), labelsFile, configure);
            string? folder = parsed.GetValue(draw);
            if (folder is not null)
            {
                Directory.CreateDirectory(folder);
            }

            return await RunAsync(console, trial, parsed.GetRequiredValue(files), folder, parsed.GetValue(format), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console, TrialModel trial, string[] files, string? folder, OutputFormat format, CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        using var progress = new ProgressBar(console, TimeProvider.System, files.Length);
        await using var writer = new DocumentWriter(console, format, "FILE", "SIZE", "LABEL", "SCORE", "BOX");
        var pipeline = trial.Services.GetRequiredKeyedService<IInferencePipeline<ReadOnlyMemory<byte>, ObjectDetection>>(TrialModel.Name);
        foreach (string file in files)
        {
            try
            {
                byte[] encoded = await File.ReadAllBytesAsync(file, cancellationToken);
                InferenceResult<ObjectDetection> result = await pipeline.RunAsync(encoded, cancellationToken);
                if (folder is not null)
                {
                    Draw(encoded, result.Value, Path.Combine(folder, Path.GetFileNameWithoutExtension(file) + ".png"));
                }

                var document = new ModelAnswerDocument(
                    json => json.WriteString("file"u8, file), trial.WriteAnswer(result), table => AddRows(table, file, result.Value));
                await writer.WriteAsync(document, cancellationToken);
            }
            catch (Exception exception) when (FailureDocument.Covers(exception))
            {
                await writer.WriteAsync(new FailureDocument(file, exception), cancellationToken);
                exitCode = ExitCode.InputFailed;
            }

            progress.Step(file);
        }

        return exitCode;
    }

    private static void AddRows(Table table, string file, ObjectDetection detection)
    {
        string size = $"{detection.Width} x {detection.Height}";
        if (detection.Detections.Count == 0)
        {
            table.Add(file, size, "nothing", string.Empty, string.Empty);
        }

        foreach (DetectedObject detected in detection.Detections)
        {
            string box = string.Create(
                CultureInfo.InvariantCulture,
                $"{detected.Box.Left:0.0} {detected.Box.Top:0.0} {detected.Box.Right:0.0} {detected.Box.Bottom:0.0}");
            table.Add(file, size, detected.Label, detected.Score.ToString("0.000", CultureInfo.InvariantCulture), box);
        }
    }

    private static void Draw(byte[] encoded, ObjectDetection detection, string path)
    {
        var image = new ImageBuffer();
        new ImageDecoder().Decode(encoded, new ImageDecodeOptions(), image);
        DetectionDrawing.Draw(image, detection.Detections);
        using FileStream stream = File.Create(path);
        PngEncoder.Encode(image, stream);
    }

    private static Option<float?> Share(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseShare(result, name),
    };

    private static float? ParseShare(ArgumentResult result, string name)
    {
        if (float.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out float value)
            && value is >= 0 and <= 1)
        {
            return value;
        }

        result.AddError($"{name} is '{result.Tokens[0].Value}'; it must be a number from 0 to 1.");
        return null;
    }
}
