using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using ServerlessInference.Text;
using ServerlessInference.Tool.CommandLine;
using ServerlessInference.Tool.Inspection;
using ServerlessInference.Tool.Output;

namespace ServerlessInference.Tool.Commands;

/// <summary>The command <c>answer</c>: answers a question from a text.</summary>
internal static class AnswerCommand
{
    private const int MaxAnswers = 100;

    /// <summary>Creates the command.</summary>
    public static Command Create(ToolConsole console)
    {
        Argument<string> model = ModelArgument.Create();
        var question = new Option<string>("--question") { Description = "The question.", HelpName = "TEXT", Required = true };
        var context = new Option<string>("--context")
        {
            Description = "The text that contains the answer, or @FILE.",
            HelpName = "TEXT|@FILE",
            Required = true,
        };
        var top = new Option<int?>("--top")
        {
            Description = "How many answers to return. Default: 1.",
            HelpName = "N",
            CustomParser = result => NumberParser.ParseWholeNumber(result, "--top", result.Tokens[0].Value, 1, MaxAnswers),
        };
        var noAnswer = new Option<bool>("--no-answer")
        {
            Description = "Allow the answer that the text has none; it is empty. For models trained on SQuAD 2.",
        };
        Option<OutputFormat> format = FormatOption.Create();
        var command = new Command("answer", "Answer a question from a text with a BERT model and its tokenizer.")
        {
            model, question, context, top, noAnswer, format,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            console,
            parsed.GetRequiredValue(model),
            parsed.GetRequiredValue(question),
            parsed.GetRequiredValue(context),
            options =>
            {
                options.TopK = parsed.GetValue(top) ?? options.TopK;
                options.AllowNoAnswer = parsed.GetValue(noAnswer);
            },
            parsed.GetValue(format),
            cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        ToolConsole console,
        string path,
        string question,
        string context,
        Action<QuestionAnsweringOptions> configure,
        OutputFormat format,
        CancellationToken cancellationToken)
    {
        await using var writer = new DocumentWriter(console, format, "SCORE", "START", "END", "ANSWER");
        try
        {
            string text = context.StartsWith('@') ? await File.ReadAllTextAsync(context[1..], cancellationToken) : context;
            await using var trial = TrialModel.Create(
                console,
                path,
                labels: null,
                builder => builder.UseQuestionAnswering(configure));
            var pipeline = trial.Services.GetRequiredKeyedService<IInferencePipeline<Question, QuestionAnswers>>(TrialModel.Name);
            InferenceResult<QuestionAnswers> result = await pipeline.RunAsync(new Question(question, text), cancellationToken);
            var document = new ModelAnswerDocument(
                json => json.WriteString("question"u8, question), trial.WriteAnswer(result), table => AddRows(table, result.Value.Top));
            await writer.WriteAsync(document, cancellationToken);
            return ExitCode.Success;
        }
        catch (Exception exception) when (FailureDocument.Covers(exception))
        {
            await writer.WriteAsync(new FailureDocument(path, exception), cancellationToken);
            return ExitCode.InputFailed;
        }
    }

    private static void AddRows(Table table, IReadOnlyList<Answer> answers)
    {
        foreach (Answer answer in answers)
        {
            table.Add(
                answer.Score.ToString("0.000", CultureInfo.InvariantCulture),
                answer.Start.ToString(CultureInfo.InvariantCulture),
                answer.End.ToString(CultureInfo.InvariantCulture),
                answer.Text);
        }
    }
}
