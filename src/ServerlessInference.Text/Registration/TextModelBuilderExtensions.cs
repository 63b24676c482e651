using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
using ServerlessInference.Sessions;
using ServerlessInference.Text;
using ServerlessInference.Text.Classification;
using ServerlessInference.Text.Embeddings;
using ServerlessInference.Text.QuestionAnswering;
using ServerlessInference.Text.StringModels;
using ServerlessInference.Tokenizers;

namespace ServerlessInference;

/// <summary>Adds text pipelines to models.</summary>
public static class TextModelBuilderExtensions
{
    /// <summary>Makes the model answer questions from texts, as <c>IInferencePipeline&lt;Question, QuestionAnswers&gt;</c>.</summary>
    /// <remarks>
    /// <para>The tokenizer is next to the model: <c>tokenizer.json</c>, or <c>vocab.txt</c> with <c>tokenizer_config.json</c>.
    /// Inputs: <c>input_ids</c>, and <c>attention_mask</c> and <c>token_type_ids</c> if the model has them, int64 or int32
    /// <c>[n, length]</c>. Outputs: <c>start_logits</c> and <c>end_logits</c>, float <c>[n, length]</c>.</para>
    /// <para>Event sources provide JSON: <c>{"question": "…", "context": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference()
    ///     .AddModel("squad", model => model.FromFileSystem("models/squad").UseQuestionAnswering(options => options.TopK = 3));
    /// </code>
    /// </example>
    public static ModelBuilder UseQuestionAnswering(this ModelBuilder model, Action<QuestionAnsweringOptions>? configure = null)
    {
        model.AddTextOptions<QuestionAnsweringOptions, QuestionAnsweringOptionsValidator>(configure);
        string name = model.Name;
        return model
            .UsePipeline<Question, QuestionAnswers>(
                services => new QuestionPreprocessor(
                    services.GetTextModelReader(name), services.GetTextOptions<QuestionAnsweringOptions>(name)),
                services => new QuestionPostprocessor(
                    services.GetTextModelReader(name), services.GetTextOptions<QuestionAnsweringOptions>(name)))

            // Here and below: a serializer's metadata is created when the first answer is written, not when the model is registered.
            .AcceptEncoded<Question, QuestionAnswers>(
                static encoded => TextRequest.Read(encoded, "question", "context") is (var question, { } context)
                    ? new Question(question, context)
                    : throw new InvalidInputException(
                        InvalidInputKind.Unprocessable,
                        "The request has no 'context'; {\"question\": …, \"context\": …} was expected."),
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.QuestionAnswers));
    }

    /// <summary>Makes the model classify texts or pairs of texts, as <c>IInferencePipeline&lt;TextPair, TextClassification&gt;</c>. A
    /// string converts to a pair without a second text.</summary>
    /// <remarks>
    /// <para>Inputs as for <see cref="UseQuestionAnswering"/>. Output: the first float tensor <c>[n, classes]</c>. Labels come from
    /// <c>id2label</c> in <c>config.json</c>, among other places.</para>
    /// <para>Event sources provide a text, a JSON string, or <c>{"text": "…", "textPair": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference()
    ///     .AddModel("sentiment", model => model.FromFileSystem("models/sentiment").UseTextClassification(options => options.TopK = 1));
    /// </code>
    /// </example>
    public static ModelBuilder UseTextClassification(this ModelBuilder model, Action<TextClassificationOptions>? configure = null)
    {
        model.AddTextOptions<TextClassificationOptions, TextClassificationOptionsValidator>(configure);
        string name = model.Name;
        return model
            .UsePipeline<TextPair, TextClassification>(
                services =>
                {
                    TextClassificationOptions options = services.GetTextOptions<TextClassificationOptions>(name);
                    return new TextPreprocessor<TextPair>(
                        services.GetTextModelReader(name),
                        static pair => pair,
                        static pair => pair,
                        _ => options.MaxLength,
                        options.Truncate);
                },
                services => new TextClassificationPostprocessor(services.GetTextOptions<TextClassificationOptions>(name)))
            .AcceptEncoded<TextPair, TextClassification>(
                static encoded => TextRequest.Read(encoded, "text", "textPair") is var (first, second)
                    ? new TextPair(first, second)
                    : default,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.TextClassification));
    }

    /// <summary>Makes the model turn texts into vectors, as <c>IInferencePipeline&lt;string, TextEmbedding&gt;</c>.</summary>
    /// <remarks>
    /// <para>Inputs as for <see cref="UseQuestionAnswering"/>. Output: <c>sentence_embedding</c> <c>[n, size]</c>, or token vectors
    /// <c>[n, length, size]</c>, which are pooled.</para>
    /// <para>Event sources provide a text, a JSON string, or <c>{"text": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference()
    ///     .AddModel("embeddings", model => model.FromFileSystem("models/minilm").UseTextEmbeddings());
    /// </code>
    /// </example>
    public static ModelBuilder UseTextEmbeddings(this ModelBuilder model, Action<TextEmbeddingOptions>? configure = null)
    {
        model.AddTextOptions<TextEmbeddingOptions, TextEmbeddingOptionsValidator>(configure);
        string name = model.Name;
        return model
            .UsePipeline<string, TextEmbedding>(
                services =>
                {
                    TextEmbeddingOptions options = services.GetTextOptions<TextEmbeddingOptions>(name);
                    return new TextPreprocessor<string>(
                        services.GetTextModelReader(name),
                        static text => new TextPair(text),
                        static pair => pair.First,
                        loaded => options.MaxLength ?? ReadMaxSentenceLength(loaded),
                        options.Truncate);
                },
                services => new TextEmbeddingPostprocessor(services.GetTextOptions<TextEmbeddingOptions>(name)))
            .AcceptEncoded<string, TextEmbedding>(
                TextRequest.ReadText,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.TextEmbedding));
    }

    /// <summary>Makes the model a scikit-learn text classifier, as <c>IInferencePipeline&lt;string, LabelPrediction&gt;</c>.</summary>
    /// <remarks>
    /// <para>Input: one string tensor <c>[n]</c> or <c>[n, 1]</c>. Outputs: a label, and probabilities as a tensor or as maps.</para>
    /// <para>Such models name a locale (<c>en_US</c>) that small images lack, and fail to load there. Before ONNX Runtime loads the
    /// model, its text normalization is changed to <see cref="StringModelOptions.Locale"/>.</para>
    /// <para>Event sources provide a text, a JSON string, or <c>{"text": "…"}</c>.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTextLabelPrediction(this ModelBuilder model, Action<StringModelOptions>? configure = null)
    {
        model.AddTextOptions<StringModelOptions, StringModelOptionsValidator>(configure);
        LocaleModelSource.Decorate(model);
        return model
            .UsePipeline<string, LabelPrediction>(
                static _ => new StringTensorPreprocessor(), static _ => new LabelPredictionPostprocessor())
            .AcceptEncoded<string, LabelPrediction>(
                TextRequest.ReadText,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.LabelPrediction));
    }

    /// <summary>Makes the model a scikit-learn text classifier behind steps of your own, which turn the bytes of an event source into the
    /// text.</summary>
    /// <remarks>
    /// <para>Like <see cref="UseTextLabelPrediction(ModelBuilder, Action{StringModelOptions})"/>, but as
    /// <c>IInferencePipeline&lt;ReadOnlyMemory&lt;byte&gt;, LabelPrediction&gt;</c>. If a step throws an
    /// <see cref="InvalidInputException"/>, only its input fails.</para>
    /// </remarks>
    /// <param name="model">The model.</param>
    /// <param name="steps">The steps, chained with <see cref="Preprocessing.Then{TInput, TMiddle, TNext}"/>. Concurrent batches share
    /// them.</param>
    /// <param name="configure">Sets options.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTextLabelPrediction(
        this ModelBuilder model, IPreprocessingStep<ReadOnlyMemory<byte>, string> steps, Action<StringModelOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(steps);
        model.AddTextOptions<StringModelOptions, StringModelOptionsValidator>(configure);
        LocaleModelSource.Decorate(model);
        return model
            .UsePipeline<ReadOnlyMemory<byte>, LabelPrediction>(
                _ => steps.Then(new StringTensorPreprocessor()), static _ => new LabelPredictionPostprocessor())
            .AcceptEncoded(static encoded => encoded, TextJson.Default.LabelPrediction);
    }

    /// <summary>Gives the model's text pipelines a tokenizer of your own instead of the one in the model's files.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The tokenizer. Concurrent batches share it.</param>
    /// <returns>The model.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("reviews", model => model
    ///     .FromFileSystem("models/reviews")
    ///     .UseTokenizer(new Tokenizer(new CharacterModel()))
    ///     .UseTextClassification());
    /// </code>
    /// </example>
    public static ModelBuilder UseTokenizer(this ModelBuilder model, ITokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        return model.UseTokenizer(_ => tokenizer);
    }

    /// <summary>Gives the model's text pipelines a tokenizer of your own that is made of the model's files.</summary>
    /// <param name="model">The model.</param>
    /// <param name="create">Creates the tokenizer, once per loaded version of the model. Throw a <see cref="ModelLoadException"/> if the
    /// files cannot be used.</param>
    /// <returns>The model.</returns>
    public static ModelBuilder UseTokenizer(this ModelBuilder model, Func<ModelArtifact, ITokenizer> create)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(create);
        model.Services.AddKeyedSingleton(model.Name, new TextModelReader(create));
        return model;
    }

    private static int? ReadMaxSentenceLength(LoadedModel model) =>
        ModelSettings.Read(model, "sentence_bert_config.json", "max_seq_length", TextModel.ReadLength);

    private static TextModelReader GetTextModelReader(this IServiceProvider services, string name) =>
        services.GetKeyedService<TextModelReader>(name) ?? new TextModelReader();

    private static TOptions GetTextOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IServiceProvider services, string name)
        where TOptions : class => services.GetRequiredService<IOptionsMonitor<TOptions>>().Get(name);

    private static void AddTextOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions, TValidator>(
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
