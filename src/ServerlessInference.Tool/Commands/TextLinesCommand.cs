using System.CommandLine;
using System.Globalization;
using ServerlessInference.Pipelines;
using ServerlessInference.Text;
using ServerlessInference.Tokenizers;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The commands <c>classify-text</c> and <c>embed</c>: run a model on each line of standard input.</summary>
internal static class TextLinesCommand
{
    /// <summary>Creates the command <c>classify-text</c>.</summary>
    public static Command CreateClassify(ToolConsole console) => Create(
        console,
        "classify-text",
        "Classify each line of standard input, a text or {\"text\":…,\"text_pair\":…}, with a BERT model and its tokenizer, or with a " +
        "scikit-learn model for text.",
        ["LINE", "LABEL", "SCORE"],
        (path, run) => HasTokenizer(path)
            ? run.RunAsync<TextPair, TextClassification>(
                builder => builder.UseTextClassification(), TextLine.ReadPair, AddRow)
            : run.RunAsync<string, LabelPrediction>(builder => builder.UseTextLabelPrediction(), text => text, AddRow));

    /// <summary>Creates the command <c>embed</c>.</summary>
    public static Command CreateEmbed(ToolConsole console) => Create(
        console,
        "embed",
        "Compute the embedding of each line of standard input.",
        ["LINE", "VECTOR"],
        (_, run) => run.RunAsync<string, TextEmbedding>(
            builder => builder.UseTextEmbeddings(), text => text, AddRow));

    private static Command Create(
        ToolConsole console, string name, string description, string[] columns, Func<string, TextLinesRun, Task<int>> run)
    {
        Argument<string> model = ModelArgument.Create();
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command(name, description) { model, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(model);
            await using var writer = new DocumentWriter(console, parsed.GetValue(format), columns);
            return await run(path, new TextLinesRun(console, writer, path, cancellationToken));
        });
        return command;
    }

    private static void AddRow(Table table, string line, TextClassification answer) => table.Add(
        line,
        answer.Top.Count > 0 ? answer.Top[0].Label : "nothing",
        answer.Top.Count > 0 ? Score(answer.Top[0].Score) : string.Empty);

    private static void AddRow(Table table, string line, LabelPrediction answer)
    {
        string[] score = [.. answer.Probabilities.Where(label => label.Label == answer.Label).Select(label => Score(label.Score))];
        table.Add(line, answer.Label, score.Length > 0 ? score[0] : string.Empty);
    }

    private static void AddRow(Table table, string line, TextEmbedding answer)
    {
        const int shown = 4;
        float[] first = answer.Vector[..Math.Min(shown, answer.Vector.Length)].ToArray();
        string values = string.Join(' ', first.Select(value => value.ToString("0.0000", CultureInfo.InvariantCulture)));
        table.Add(line, $"{values} … ({answer.Vector.Length})");
    }

    private static string Score(float score) => score.ToString("0.000", CultureInfo.InvariantCulture);

    private static bool HasTokenizer(string path)
    {
        string folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "vocab.txt"));
    }
}
