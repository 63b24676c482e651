using System.CommandLine;
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
        "Classify each line of standard input with a BERT model and its tokenizer, or with a scikit-learn model for text.",
        ["LINE", "LABEL", "SCORE"],
        (path, run) => HasTokenizer(path)
            ? run.RunAsync<TextPair, TextClassification>(
                builder => builder.UseTextClassification(),
                text => new TextPair(text),
                (line, answer) => new TextLabelsDocument(line, answer.Top))
            : run.RunAsync<string, LabelPrediction>(
                builder => builder.UseTextLabelPrediction(), text => text, (line, answer) => TextLabelsDocument.Create(line, answer)));

    /// <summary>Creates the command <c>embed</c>.</summary>
    public static Command CreateEmbed(ToolConsole console) => Create(
        console,
        "embed",
        "Compute the embedding of each line of standard input.",
        ["LINE", "VECTOR"],
        (_, run) => run.RunAsync<string, TextEmbedding>(
            builder => builder.UseTextEmbeddings(), text => text, (line, answer) => new EmbeddingDocument(line, answer.Vector)));

    private static Command Create(
        ToolConsole console, string name, string description, string[] columns, Func<string, TextLinesRun, Task<int>> run)
    {
        var model = ModelArgument.Create();
        var format = FormatOption.Create();
        var command = new Command(name, description) { model, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var path = parsed.GetRequiredValue(model);
            await using var writer = new DocumentWriter(console, parsed.GetValue(format), columns);
            return await run(path, new TextLinesRun(console, writer, path, cancellationToken));
        });
        return command;
    }

    private static bool HasTokenizer(string path)
    {
        var folder = Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!;
        return File.Exists(Path.Combine(folder, "tokenizer.json")) || File.Exists(Path.Combine(folder, "vocab.txt"));
    }
}
