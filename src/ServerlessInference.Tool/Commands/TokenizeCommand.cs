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
            Description = "The directory of a model, or a file of its tokenizer.",
            HelpName = "VOCAB_OR_FOLDER",
        };
        var cased = new Option<bool>("--cased") { Description = "Only with a vocab.txt: keep case and accents." };
        Option<int?> maxLength = Number("--max-length", "Truncate texts to this many tokens, including special tokens.");
        Option<int?> stride = Number("--stride", "Split long texts into windows of --max-length tokens that overlap by this many.");
        var decode = new Option<bool>("--decode") { Description = "Turn ids into texts: each line of standard input is {\"ids\":[…]}." };
        var skip = new Option<bool>("--skip-special") { Description = "Only with --decode: leave out special tokens." };
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("tokenize", "Tokenize texts. Each line of standard input is {\"text\":…} or {\"text\":…,\"pair\":…}.")
        {
            vocabulary, cased, maxLength, stride, decode, skip, format,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(decode) ? result.GetValue(maxLength) is not null : result.GetValue(skip))
            {
                result.AddError("--decode excludes --max-length and --stride, and --skip-special needs --decode.");
            }

            if (result.GetValue(stride) is not null && result.GetValue(maxLength) is null)
            {
                result.AddError("--stride needs --max-length: the length of a window.");
            }
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            bool skipsSpecial = parsed.GetValue(skip);
            int? length = parsed.GetValue(maxLength);
            int? overlap = parsed.GetValue(stride);
            var windows = new TokenBatch();
            return RunAsync(
                console,
                parsed.GetRequiredValue(vocabulary),
                parsed.GetValue(cased),
                parsed.GetValue(decode)
                    ? (tokenizer, number, line) => Decode(tokenizer, number, line, skipsSpecial)
                    : (tokenizer, number, line) => Tokenize(tokenizer, number, line, length, overlap, windows),
                parsed.GetValue(format),
                cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console,
        string vocabulary,
        bool cased,
        Func<Tokenizer, int, string, ITableDocument> process,
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
        await foreach ((int number, string? text) in InputLines.ReadAsync(console, cancellationToken))
        {
            ITableDocument document;
            try
            {
                document = process(tokenizer, number, text);
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
        bool isVocabulary = !Directory.Exists(path)
            && Path.GetExtension(path).ToUpperInvariant() is not (".JSON" or ".MODEL") && Path.GetFileName(path) != "merges.txt";
        if (cased && !isVocabulary)
        {
            throw new UsageException(
                $"--cased is only for a vocab.txt, but '{path}' {(Directory.Exists(path) ? "is a directory" : "is another file")}, whose " +
                "tokenizer settings say whether case is kept. Leave out --cased, or give the path of the vocab.txt.");
        }

        if (Directory.Exists(path))
        {
            return Tokenizer.Load(path);
        }

        return Path.GetFileName(path).ToUpperInvariant() switch
        {
            "VOCAB.JSON" or "MERGES.TXT" => LoadFrom(path, "vocab.json", "merges.txt"),
            string name when name.EndsWith(".MODEL", StringComparison.Ordinal) => LoadFrom(path, Path.GetFileName(path)),
            string name when name.EndsWith(".JSON", StringComparison.Ordinal) => Tokenizer.FromTokenizerJson(File.ReadAllBytes(path)),
            _ => Tokenizer.FromVocabulary(File.ReadAllBytes(path), new WordPieceOptions { Lowercase = !cased }),
        };
    }

    /// <summary>Loads a tokenizer from its own files and the settings next to them, not from another form of it in the directory.</summary>
    private static Tokenizer LoadFrom(string path, params string[] files)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string[] settings = ["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "config.json"];
        return Tokenizer.Load(
            name => (files.Contains(name) || settings.Contains(name)) && File.Exists(Path.Combine(folder, name))
                ? File.ReadAllBytes(Path.Combine(folder, name))
                : (ReadOnlyMemory<byte>?)null,
            $"'{path}'");
    }

    private static DecodedDocument Decode(Tokenizer tokenizer, int number, string line, bool skipsSpecial)
    {
        using var document = JsonDocument.Parse(line);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty("ids", out JsonElement list)
            || list.ValueKind != JsonValueKind.Array)
        {
            throw new InvalidInputException("The line is not a JSON object with \"ids\"; {\"ids\":[…]} was expected.");
        }

        var ids = new List<int>();
        foreach (JsonElement item in list.EnumerateArray())
        {
            ids.Add(item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out int id) && tokenizer.GetToken(id) is not null
                ? id
                : throw new InvalidInputException($"No token has the id {item}. Use ids of this tokenizer."));
        }

        return new DecodedDocument(number, tokenizer.Decode(ids.ToArray(), skipsSpecial));
    }

    private static TokenizeDocument Tokenize(
        Tokenizer tokenizer, int number, string line, int? maxLength, int? stride, TokenBatch windows)
    {
        (string text, string? pair) = ReadLine(line);
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

    private static TextPair ReadLine(string line)
    {
        using var document = JsonDocument.Parse(line);
        return TextLine.ReadObject(document.RootElement);
    }

    private static Option<int?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => NumberParser.ParseWholeNumber(result, name, result.Tokens[0].Value, 0, MaxWindowLength),
    };
}
