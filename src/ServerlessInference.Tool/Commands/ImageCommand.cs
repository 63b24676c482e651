using System.CommandLine;
using ServerlessInference.Imaging;
using ServerlessInference.Imaging.Processing;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>image</c>: shows the pixels and tensors of images, to compare them with the original pipeline.</summary>
internal static class ImageCommand
{
    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console) => new("image", "Show the pixels and tensors of images.")
    {
        CreateDecode(console), CreateTensor(console),
    };

    private static Command CreateDecode(ToolConsole console)
    {
        Argument<string[]> files = FilesArgument.Create();
        Option<OutputFormat> format = FormatOption.Create();
        const string description = "Decode images, apply the EXIF orientation, and print the SHA-256 of their RGB bytes, row by row.";
        var command = new Command("decode", description) { files, format };
        command.SetAction((parsed, cancellationToken) =>
        {
            var decoder = new ImageDecoder();
            var options = new ImageDecodeOptions();
            var image = new ImageBuffer();
            return RunAsync(
                console,
                parsed.GetRequiredValue(files),
                parsed.GetValue(format),
                ["FILE", "WIDTH", "HEIGHT", "SHA-256"],
                (file, encoded) =>
                {
                    decoder.Decode(encoded, options, image);
                    return DecodedImageDocument.Create(file, image);
                },
                cancellationToken);
        });
        return command;
    }

    private static Command CreateTensor(ToolConsole console)
    {
        Argument<string[]> files = FilesArgument.Create();
        Option<OutputFormat> format = FormatOption.Create();
        Option<int?> resize = PreprocessingArguments.CreateSize(
            "--resize", "The size that the shorter side is resized to; default 256.");
        Option<int?> crop = PreprocessingArguments.CreateSize(
            "--crop", "The side of the square that is cropped from the middle; default 224.");
        var filter = new Option<string?>("--filter")
        {
            Description = "bilinear (default), bicubic, nearest, box, hamming or lanczos.",
            HelpName = "NAME",
        };
        filter.AcceptOnlyFromAmong("bilinear", "bicubic", "nearest", "box", "hamming", "lanczos");
        Option<ChannelValues?> mean = PreprocessingArguments.CreateChannels(
            "--mean", "The means to subtract from values of 0 to 1, for red, green and blue; default ImageNet's, 0 with --letterbox.");
        Option<ChannelValues?> std = PreprocessingArguments.CreateChannels(
            "--std", "The divisors of the differences; default ImageNet's, 1 with --letterbox.");
        Option<int?> letterbox = PreprocessingArguments.CreateSize(
            "--letterbox", "Letterbox to this size as Ultralytics does, instead of resize and crop.");
        var interpolation = new Option<string>("--interpolation")
        {
            Description = "With --letterbox: opencv (default) or pillow.",
            HelpName = "opencv|pillow",
            DefaultValueFactory = _ => "opencv",
        };
        interpolation.AcceptOnlyFromAmong("opencv", "pillow");
        var command = new Command("tensor", "Convert images to tensors, and print the SHA-256 of their pixels and their first values.")
        {
            files, resize, crop, filter, mean, std, letterbox, interpolation, format,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            ImagePreprocessingOptions settings;
            if (parsed.GetValue(letterbox) is { } side)
            {
                settings = ImagePreprocessingPresets.Ultralytics(side);
                settings.Filter = parsed.GetValue(interpolation) == "pillow" ? ResizeFilter.Bilinear : ResizeFilter.OpenCvLinear;
            }
            else
            {
                settings = ImagePreprocessingPresets.Torchvision();
                settings.Filter = parsed.GetValue(filter) is { } name ? Enum.Parse<ResizeFilter>(name, ignoreCase: true) : settings.Filter;
                settings.ShorterSide = parsed.GetValue(resize) ?? settings.ShorterSide;
                settings.Width = settings.Height = parsed.GetValue(crop) ?? settings.Width;
            }

            settings.Mean = parsed.GetValue(mean) ?? settings.Mean;
            settings.StandardDeviation = parsed.GetValue(std) ?? settings.StandardDeviation;
            var maker = new TensorDocumentFactory(settings);
            return RunAsync(
                console,
                parsed.GetRequiredValue(files),
                parsed.GetValue(format),
                ["FILE", "SHAPE", "SHA-256 OF PIXELS"],
                maker.Create,
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console,
        string[] files,
        OutputFormat format,
        string[] columns,
        Func<string, byte[], ITableDocument> process,
        CancellationToken cancellationToken)
    {
        int exitCode = ExitCode.Success;
        using var progress = new ProgressBar(console, TimeProvider.System, files.Length);
        await using var writer = new DocumentWriter(console, format, columns);
        foreach (string file in files)
        {
            ITableDocument document;
            try
            {
                document = process(file, await File.ReadAllBytesAsync(file, cancellationToken).ConfigureAwait(false));
            }
            catch (Exception exception) when (FailureDocument.Covers(exception))
            {
                document = new FailureDocument(file, exception);
                exitCode = ExitCode.InputFailed;
            }

            await writer.WriteAsync(document, cancellationToken).ConfigureAwait(false);
            progress.Step(file);
        }

        return exitCode;
    }
}
