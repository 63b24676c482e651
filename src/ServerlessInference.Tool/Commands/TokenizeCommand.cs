using System.CommandLine;
using System.Text.Json;
using ServerlessInference.Tokenizers;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>tokenize</c>: shows the tokens of texts.</summary>
internal static class TokenizeCommand
{
    private const int MaxWindowLength = 1_000_000;

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        var vocabulary = new Argument<string>("vocabulary")
        {
            Description = "The directory of a model, a vocab.txt or a tokenizer.json.",
            HelpName = "VOCAB_OR_FOLDER",
        };
        var cased = new Option<bool>("--cased") { Description = "Only with a vocab.txt: keep case and accents." };
        Option<int?> maxLength = Number("--max-length", "Truncate texts to this many tokens, including special tokens.");
        Option<int?> stride = Number("--stride", "Split long texts into windows of --max-length tokens that overlap by this many.");
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("tokenize", "Tokenize texts. Each line of standard input is {\"text\":…} or {\"text\":…,\"pair\":…}.")
        {
            vocabulary, cased, maxLength, stride, format,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(stride) is not null && result.GetValue(maxLength) is null)
            {
                result.AddError("--stride needs --max-length: the length of a window.");
            }
        });
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console,
            parsed.GetRequiredValue(vocabulary),
            parsed.GetValue(cased),
            parsed.GetValue(maxLength),
            parsed.GetValue(stride),
            parsed.GetValue(format),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console,
        string vocabulary,
        bool cased,
        int? maxLength,
        int? stride,
        OutputFormat format,
        CancellationToken cancellationToken)
    {
        Tokenizer tokenizer;
        try
        {
            tokenizer = Load(vocabulary, cased);
        }
        catch (Exception exception) when (FailureDocument.Covers(exception) || exception is InvalidDataException)
        {
            throw new UsageException(exception.Message);
        }

        int exitCode = ExitCode.Success;
        await using var writer = new DocumentWriter(console, format, "LINE", "TOKENS");
        var windows = new TokenBatch();
        await foreach ((int number, string? text) in InputLines.ReadAsync(console, cancellationToken))
        {
            ITableDocument document;
            try
            {
                document = Tokenize(tokenizer, number, text, maxLength, stride, windows);
            }
            catch (Exception exception)
                when (FailureDocument.Covers(exception) || exception is ArgumentException or TextTooLongException)
            {
                document = new LineFailureDocument(number, exception);
                exitCode = ExitCode.InputFailed;
            }

            await writer.WriteAsync(document, cancellationToken);
        }

        return exitCode;
    }

    private static Tokenizer Load(string path, bool cased)
    {
        if (Directory.Exists(path))
        {
            return Tokenizer.Load(path);
        }

        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            ? Tokenizer.FromTokenizerJson(File.ReadAllBytes(path))
            : Tokenizer.FromVocabulary(File.ReadAllBytes(path), new WordPieceOptions { Lowercase = !cased });
    }

    private static TokenizeDocument Tokenize(
        Tokenizer tokenizer, int number, string line, int? maxLength, int? stride, TokenBatch windows)
    {
        (string text, string? pair) = Parse(line);
        var options = new EncodeOptions
        {
            MaxLength = maxLength,
            Stride = stride ?? 0,
            Truncation = stride is not null && pair is not null ? TruncationStrategy.OnlySecond : TruncationStrategy.LongestFirst,
        };
        if (stride is not null)
        {
            if (pair is null)
            {
                tokenizer.EncodeWindows(text, windows, options);
            }
            else
            {
                tokenizer.EncodeWindows(text, pair, windows, options);
            }

            var all = new TokenEncoding[windows.Count];
            for (int i = 0; i < all.Length; i++)
            {
                all[i] = windows[i];
            }

            return new TokenizeDocument(number, tokenizer, all, IsWindows: true);
        }

        TokenEncoding encoding = pair is null ? tokenizer.Encode(text, options) : tokenizer.EncodePair(text, pair, options);
        return new TokenizeDocument(number, tokenizer, [encoding], IsWindows: false);
    }

    private static (string Text, string? Pair) Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object
            || !root.TryGetProperty("text", out JsonElement text)
            || text.ValueKind != JsonValueKind.String)
        {
            throw new InvalidInputException(
                "The line is not a JSON object with a \"text\"; {\"text\":\"…\"} or {\"text\":\"…\",\"pair\":\"…\"} was expected.");
        }

        return (
            text.GetString()!,
            root.TryGetProperty("pair", out JsonElement pair) && pair.ValueKind == JsonValueKind.String ? pair.GetString() : null);
    }

    private static Option<int?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, 0, MaxWindowLength),
    };
}
