using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Text.Classification;
using ServerlessInference.Text.Classification.Internal;
using ServerlessInference.Text.Embeddings;
using ServerlessInference.Text.Embeddings.Internal;
using ServerlessInference.Text.Internal;
using ServerlessInference.Text.QuestionAnswering;
using ServerlessInference.Text.QuestionAnswering.Internal;
using ServerlessInference.Text.StringModels;
using ServerlessInference.Text.StringModels.Internal;
using ServerlessInference.Text.Tokenization;

namespace ServerlessInference.Text;

/// <summary>Gives models text pipelines.</summary>
public static class TextModelBuilderExtensions
{
    /// <summary>Makes the model answer questions from texts, as <c>IInferencePipeline&lt;Question, QuestionAnswers&gt;</c>.</summary>
    /// <remarks>
    /// <para>Beside the model stands its tokenizer (<c>tokenizer.json</c>, or <c>vocab.txt</c> with <c>tokenizer_config.json</c>).
    /// Inputs: <c>input_ids</c>, and <c>attention_mask</c> and <c>token_type_ids</c> where the model has them, int64 or int32
    /// <c>[n, length]</c>. Outputs: <c>start_logits</c> and <c>end_logits</c>, float <c>[n, length]</c>.</para>
    /// <para>Event sources give JSON: <c>{"question": "…", "context": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseQuestionAnswering(this ModelBuilder model, Action<QuestionAnsweringOptions>? configure = null)
    {
        model.AddTextOptions<QuestionAnsweringOptions, QuestionAnsweringOptionsValidator>(configure);
        string name = model.Name;
        return model
            .UsePipeline<Question, QuestionAnswers>(
                services => new QuestionPreprocessor(services.TextOptions<QuestionAnsweringOptions>(name)),
                services => new QuestionPostprocessor(services.TextOptions<QuestionAnsweringOptions>(name)))

            // The serializer's metadata is made when the first answer is written, not when the model is registered: here and below.
            .AcceptEncoded<Question, QuestionAnswers>(
                static encoded => TextRequest.Read(encoded, "question", "context") is (var question, { } context)
                    ? new Question(question, context)
                    : throw new InvalidInputException(InvalidInputKind.Unprocessable, "The request has no 'context'; {\"question\": …, \"context\": …} was expected."),
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.QuestionAnswers));
    }

    /// <summary>Makes the model classify texts or pairs of texts, as <c>IInferencePipeline&lt;TextPair, TextClassification&gt;</c>; a
    /// string is a pair without a second text.</summary>
    /// <remarks>
    /// <para>Inputs as for <see cref="UseQuestionAnswering"/>. Output: the first float tensor <c>[n, classes]</c>. Labels come from
    /// <c>id2label</c> in <c>config.json</c>, among other places.</para>
    /// <para>Event sources give a text, a JSON string, or <c>{"text": "…", "textPair": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTextClassification(this ModelBuilder model, Action<TextClassificationOptions>? configure = null)
    {
        model.AddTextOptions<TextClassificationOptions, TextClassificationOptionsValidator>(configure);
        string name = model.Name;
        return model
            .UsePipeline<TextPair, TextClassification>(
                services =>
                {
                    TextClassificationOptions options = services.TextOptions<TextClassificationOptions>(name);
                    return new TextPreprocessor<TextPair>(static pair => pair, static pair => pair, _ => options.MaxLength, options.Truncate);
                },
                services => new TextClassificationPostprocessor(services.TextOptions<TextClassificationOptions>(name)))
            .AcceptEncoded<TextPair, TextClassification>(
                static encoded => TextRequest.Read(encoded, "text", "textPair") is var (first, second) ? new TextPair(first, second) : default,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.TextClassification));
    }

    /// <summary>Makes the model turn texts into vectors, as <c>IInferencePipeline&lt;string, TextEmbedding&gt;</c>.</summary>
    /// <remarks>
    /// <para>Inputs as for <see cref="UseQuestionAnswering"/>. Output: <c>sentence_embedding</c> <c>[n, size]</c>, or token vectors
    /// <c>[n, length, size]</c>, which are pooled.</para>
    /// <para>Event sources give a text, a JSON string, or <c>{"text": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTextEmbeddings(this ModelBuilder model, Action<TextEmbeddingOptions>? configure = null)
    {
        model.AddTextOptions<TextEmbeddingOptions, TextEmbeddingOptionsValidator>(configure);
        string name = model.Name;
        return model
            .UsePipeline<string, TextEmbedding>(
                services =>
                {
                    TextEmbeddingOptions options = services.TextOptions<TextEmbeddingOptions>(name);
                    return new TextPreprocessor<string>(
                        static text => new TextPair(text), static pair => pair.First, loaded => options.MaxLength ?? SentenceLength(loaded), options.Truncate);
                },
                services => new TextEmbeddingPostprocessor(services.TextOptions<TextEmbeddingOptions>(name)))
            .AcceptEncoded<string, TextEmbedding>(
                TextRequest.ReadText, static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.TextEmbedding));
    }

    /// <summary>Makes the model a scikit-learn text classifier, as <c>IInferencePipeline&lt;string, LabelPrediction&gt;</c>.</summary>
    /// <remarks>
    /// <para>Input: one string tensor <c>[n]</c> or <c>[n, 1]</c>. Outputs: a label, and probabilities as a tensor or as maps.</para>
    /// <para>Such models name a locale (<c>en_US</c>) that small images lack, and fail to load there; their text normalization is
    /// pointed to <see cref="StringModelOptions.Locale"/> before ONNX Runtime sees them.</para>
    /// <para>Event sources give a text, a JSON string, or <c>{"text": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTextLabelPrediction(this ModelBuilder model, Action<StringModelOptions>? configure = null)
    {
        model.AddTextOptions<StringModelOptions, StringModelOptionsValidator>(configure);
        LocaleModelSource.Wrap(model);
        return model
            .UsePipeline<string, LabelPrediction>(static _ => new StringTensorPreprocessor(), static _ => new LabelPredictionPostprocessor())
            .AcceptEncoded<string, LabelPrediction>(
                TextRequest.ReadText, static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.LabelPrediction));
    }

    /// <summary>Makes the model a scikit-learn text classifier behind steps of your own, which turn what an event source gives into the text.</summary>
    /// <remarks>
    /// <para>As <see cref="UseTextLabelPrediction(ModelBuilder, Action{StringModelOptions})"/>, but as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, LabelPrediction&gt;</c>. An <see cref="InvalidInputException"/> of a step fails its input alone.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="steps">The steps, chained with <see cref="Preprocessing.Then{TInput, TMiddle, TNext}"/>; shared by simultaneous batches.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTextLabelPrediction(
        this ModelBuilder model, IPreprocessingStep<ReadOnlyMemory<byte>, string> steps, Action<StringModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        model.AddTextOptions<StringModelOptions, StringModelOptionsValidator>(configure);
        LocaleModelSource.Wrap(model);
        return model
            .UsePipeline<ReadOnlyMemory<byte>, LabelPrediction>(_ => steps.Then(new StringTensorPreprocessor()), static _ => new LabelPredictionPostprocessor())
            .AcceptEncoded(static encoded => encoded, TextJson.Default.LabelPrediction);
    }

    private static int? SentenceLength(LoadedModel model) =>
        ModelSettings.Read(model, "sentence_bert_config.json", "max_seq_length", TextModel.ReadLength);

    private static TOptions TextOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IServiceProvider services, string name)
        where TOptions : class => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);

    private static void AddTextOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions, TValidator>(
        this ModelBuilder model, Action<TOptions>? configure)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>, new()
    {
        ArgumentNullException.ThrowIfNull(model);
        OptionsBuilder<TOptions> options = model.Services.AddOptions<TOptions>(model.Name).ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }

        model.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>(static _ => new TValidator()));
    }
}
