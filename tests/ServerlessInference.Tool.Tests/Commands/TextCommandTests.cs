using ServerlessInference.Tool.Tests.Support;

namespace ServerlessInference.Tool.Tests.Commands;

/// <summary>The commands that try text models.</summary>
public sealed class TextCommandTests
{
    private static ReadOnlySpan<byte> Vocabulary => "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nhello\nworld\n##s\n!\nwho\n?\n"u8;

    [Fact]
    public async Task Tokenize_TextAndPair_GivesIdsTokensAndOffsets()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync(
            "{\"text\":\"Hello worlds!\"}\n{\"text\":\"who?\",\"pair\":\"hello\"}\n", ["tokenize", vocabulary.Path]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(run.Documents, document => CliDocs.AssertFits("tokenize", document));
        Assert.Equal("[2,5,6,7,8,3]", run.Documents[0].GetProperty("ids").GetRawText());
        Assert.Equal("[[0,0],[0,5],[6,11],[11,12],[12,13],[0,0]]", run.Documents[0].GetProperty("offsets").GetRawText());
        Assert.Equal("[0,0,0,0,1,1]", run.Documents[1].GetProperty("typeIds").GetRawText());
    }

    [Fact]
    public async Task Tokenize_Cased_KeepsCase()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync("{\"text\":\"Hello\"}\n", ["tokenize", vocabulary.Path, "--cased"]);

        Assert.Equal("""["[CLS]","[UNK]","[SEP]"]""", run.Documents[0].GetProperty("tokens").GetRawText());
    }

    [Fact]
    public async Task Tokenize_CasedWithADirectory_IsRefused()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync("{\"text\":\"Hello\"}\n", ["tokenize", Path.GetDirectoryName(vocabulary.Path)!, "--cased"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--cased is only for a vocab.txt", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_LoneSurrogate_IsReplacedAndLaterLinesAreRead()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync(
            "{\"text\":\"hello\"}\n{\"text\":\"\\ud83d\"}\n{\"text\":\"world\"}\n", ["tokenize", vocabulary.Path]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(3, run.Documents.Count);
        Assert.Equal("[2,6,3]", run.Documents[2].GetProperty("ids").GetRawText());
    }

    [Fact]
    public async Task ClassifyText_PairOfTexts_CountsBoth()
    {
        var model = Path.GetDirectoryName(Cases.File("text", "nli", "model.onnx"))!;

        var run = await ToolRun.RunAsync(
            "{\"text\":\"a man eats\",\"text_pair\":\"a man sleeps\"}\na man eats\n{\"text\":\"a\",\"other\":1}\n",
            ["classify-text", model]);

        Assert.Equal(1, run.ExitCode);
        Assert.All(run.Documents, document => CliDocs.AssertFits("classify-text", document));
        Assert.NotEqual(run.Documents[0].GetProperty("top").GetRawText(), run.Documents[1].GetProperty("top").GetRawText());
        Assert.Contains(
            "'other'", run.Documents[2].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_NoAnswerAllowed_MayGiveAnEmptyOne()
    {
        var model = Path.GetDirectoryName(Cases.File("text", "qa-unique-ids", "model.onnx"))!;
        string[] question = ["answer", model, "--question", "how do i", "--context", "a man eats . the cat sleeps", "--top", "100"];

        var without = await ToolRun.RunAsync(question);
        var with = await ToolRun.RunAsync([.. question, "--no-answer"]);

        Assert.Equal(0, with.ExitCode);
        Assert.DoesNotContain("", Texts(without));
        Assert.Contains("", Texts(with));

        static IEnumerable<string?> Texts(ToolRun run) =>
            run.Documents[0].GetProperty("top").EnumerateArray().Select(answer => answer.GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("stars-int", "great", "3")]
    [InlineData("stars-string", "great", "good")]
    public async Task ClassifyText_ScikitLearnClasses_AreNamedByTheModel(string name, string text, string label)
    {
        var run = await ToolRun.RunAsync(text + "\n", ["classify-text", Cases.File("text", name, "model.onnx")]);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(label, run.Documents[0].GetProperty("label").GetString());
        Assert.Equal(label, run.Documents[0].GetProperty("probabilities").EnumerateArray()
            .MaxBy(score => score.GetProperty("score").GetSingle()).GetProperty("label").GetString());
    }

    [Theory]
    [InlineData("text-and-number", "{\"text\":[[\"great\"]],\"age\":[[1.5]]}", "tabular-classification")]
    [InlineData("imputer", "{\"X\":[[null,\"NaN\"]]}", null)]
    [InlineData("regression", "{\"X\":[[1,2]]}", "tabular-regression")]
    [InlineData("multilabel", "{\"X\":[[1,2,3,4]]}", "tabular-classification")]
    [InlineData("pooler-only", null, "feature-extraction")]
    [InlineData("token-classification", null, "token-classification")]
    [InlineData("qa-unique-ids", null, "question-answering")]
    public async Task InspectAndPredict_CollectedModels_NameTheTaskAndRun(string name, string? input, string? task)
    {
        var model = Cases.File("text", name, "model.onnx");

        var inspected = await ToolRun.RunAsync("inspect", model);
        Assert.Equal(0, inspected.ExitCode);
        CliDocs.AssertFits("inspect", inspected.Documents[0]);
        if (task is not null)
        {
            Assert.Equal(task, inspected.Documents[0].GetProperty("task").GetString());
        }

        if (input is not null)
        {
            var run = await ToolRun.RunAsync(input, ["predict", model]);
            Assert.Equal(0, run.ExitCode);
        }
    }

    [Fact]
    public async Task Predict_FileIsMissing_SpeaksOfTheFile()
    {
        var run = await ToolRun.RunAsync("predict", Cases.File("text", "imputer", "model.onnx"), "--input", "/no/such/input.json");

        Assert.Equal(1, run.ExitCode);
        Assert.DoesNotContain("event", run.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Tokenize_Stride_GivesAListOfWindows()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync(
            "{\"text\":\"hello world hello world\"}\n", ["tokenize", vocabulary.Path, "--max-length", "4", "--stride", "1"]);

        var windows = run.Documents[0];
        Assert.Equal(3, windows.GetArrayLength());
        Assert.Equal("[2,6,5,3]", windows[1].GetProperty("ids").GetRawText());
    }

    [Fact]
    public async Task Tokenize_LineIsNotJson_FailsThatLineOnly()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync("{\"text\":\"hello\"}\nnot JSON\n{\"text\":\"hello\"}\n", ["tokenize", vocabulary.Path]);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(3, run.Documents.Count);
        CliDocs.AssertFits("tokenize", run.Documents[1]);
        Assert.Equal(2, run.Documents[1].GetProperty("line").GetInt32());
    }

    [Theory]
    [InlineData("[CLS] hello worlds! [SEP]")]
    [InlineData("hello worlds!", "--skip-special")]
    public async Task Tokenize_Decode_TurnsItsOwnOutputIntoText(string expected, params string[] options)
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);
        var encoded = await ToolRun.RunAsync("{\"text\":\"Hello worlds!\"}\n", ["tokenize", vocabulary.Path]);

        var run = await ToolRun.RunAsync(encoded.Output, ["tokenize", vocabulary.Path, "--decode", .. options]);

        Assert.Equal(0, run.ExitCode);
        CliDocs.AssertFits("tokenize", run.Documents[0]);
        Assert.Equal(expected, run.Documents[0].GetProperty("text").GetString());
    }

    [Theory]
    [InlineData("{\"ids\":[5,99]}", "No token has the id 99. Use ids of this tokenizer.")]
    [InlineData("{\"ids\":[\"a\"]}", "No token has the id a. Use ids of this tokenizer.")]
    [InlineData("{\"text\":\"a\"}", "The line is not a JSON object with \"ids\"; {\"ids\":[…]} was expected.")]
    public async Task Tokenize_DecodeOfSomethingElse_FailsThatLineOnly(string line, string message)
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);

        var run = await ToolRun.RunAsync(line + "\n{\"ids\":[5]}\n", ["tokenize", vocabulary.Path, "--decode"]);

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("tokenize", run.Documents[0]);
        Assert.Equal(message, run.Documents[0].GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("hello", run.Documents[1].GetProperty("text").GetString());
    }

    [Fact]
    public async Task Tokenize_UnsupportedTokenizer_ExitsWith2AndNamesTheKind()
    {
        using var tokenizer = new TemporaryFile("tokenizer.json", "{\"model\": {\"type\": \"XYZ\"}}"u8);

        var run = await ToolRun.RunAsync("{\"text\":\"hello\"}\n", ["tokenize", tokenizer.Path]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("'XYZ'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokenize_PairWithoutRoomForTheSecondText_FailsThatLineOnly()
    {
        using var vocabulary = new TemporaryFile("vocab.txt", Vocabulary);
        const string Lines = "{\"text\":\"hello hello hello\",\"pair\":\"world world\"}\n{\"text\":\"hello\"}\n";

        var run = await ToolRun.RunAsync(Lines, ["tokenize", vocabulary.Path, "--max-length", "6", "--stride", "1"]);

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits("tokenize", run.Documents[0]);
        Assert.Equal("[2,5,3]", run.Documents[1][0].GetProperty("ids").GetRawText());
    }

    [Theory]
    [InlineData("tokenize", "/no/such/vocab.txt")]
    [InlineData("tokenize", "vocab.txt", "--stride", "3")]
    [InlineData("tokenize", "vocab.txt", "--skip-special")]
    [InlineData("tokenize", "vocab.txt", "--decode", "--max-length", "3")]
    [InlineData("answer", "model", "--question", "who?")]
    [InlineData("detect", "model", "image.jpg", "--confidence", "2")]
    public async Task AnyCommand_WrongUsage_ExitsWith2(params string[] args)
    {
        var run = await ToolRun.RunAsync(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.NotEqual("", run.Error);
    }

    [Theory]
    [InlineData("answer", "--question", "who?", "--context", "me")]
    [InlineData("classify-text")]
    [InlineData("embed")]
    public async Task AnyCommand_ModelForImages_SaysWhatDoesNotFit(string command, params string[] options)
    {
        var model = Repository.DemoModel;

        var run = await ToolRun.RunAsync("text\n", [command, model, .. options]);

        Assert.Equal(1, run.ExitCode);
        CliDocs.AssertFits(command, run.Documents[0]);
        Assert.NotEqual("", run.Documents[0].GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task ClassifyText_ScikitLearnModel_AnswersEachLine()
    {
        var run = await ToolRun.RunAsync(
            "win a free prize now, call 0800\n\nsee you at home\n", ["classify-text", Reference.File("sklearn", "sms_lr_tfidf.onnx")]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(run.Documents, document => CliDocs.AssertFits("classify-text", document));
        Assert.Equal(["1", "0"], run.Documents.Select(document => document.GetProperty("label").GetString()));
        Assert.All(run.Documents, document => Assert.Equal(2, document.GetProperty("probabilities").GetArrayLength()));
        Assert.Equal([1, 3], run.Documents.Select(document => document.GetProperty("line").GetInt32()));
    }

    [Fact]
    public async Task Embed_BertModel_GivesAVectorForEachLine()
    {
        using var folder = new TemporaryFile("model.onnx", File.ReadAllBytes(Reference.File("bert", "tinybert.onnx")));
        File.Copy(Reference.File("bert", "tinybert-tokenizer.json"), Path.Combine(Path.GetDirectoryName(folder.Path)!, "tokenizer.json"));

        var run = await ToolRun.RunAsync("hello\nworld peace\n", ["embed", Path.GetDirectoryName(folder.Path)!]);

        Assert.Equal(0, run.ExitCode);
        Assert.All(run.Documents, document => CliDocs.AssertFits("embed", document));
        Assert.Equal(50, run.Documents[1].GetProperty("vector").GetArrayLength());
    }

    [Fact]
    public async Task Detect_YoloModel_FindsAndDrawsTheBus()
    {
        var image = Reference.File("images", "photos", "bus.jpg");
        using var folder = new TemporaryFile("marker", []);
        var drawn = Path.Combine(Path.GetDirectoryName(folder.Path)!, "drawn");

        var run = await ToolRun.RunAsync("detect", Reference.File("yolo", "yolox_nano_v8layout.onnx"), image, "--draw", drawn);

        Assert.Equal(0, run.ExitCode);
        CliDocs.AssertFits("detect", run.Documents[0]);
        Assert.Contains(
            "bus", run.Documents[0].GetProperty("detections").EnumerateArray().Select(found => found.GetProperty("label").GetString()));
        Assert.True(new FileInfo(Path.Combine(drawn, "bus.png")).Length > 0);
    }
}
