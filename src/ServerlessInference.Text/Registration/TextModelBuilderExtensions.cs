using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using ServerlessInference.Models;
using ServerlessInference.Pipelines;
using ServerlessInference.Registration;
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
    /// <para>Event sources provide JSON: <c>{"question": "…", "context": "…"}</c>, or an array of such objects, which is answered by an
    /// array.</para>
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
            .AcceptEncodedInputs<Question, QuestionAnswers>(
                TextRequest.ReadQuestions,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.QuestionAnswers));
    }

    /// <summary>Makes the model classify texts or pairs of texts, as <c>IInferencePipeline&lt;TextPair, TextClassification&gt;</c>. A
    /// string converts to a pair without a second text.</summary>
    /// <remarks>
    /// <para>Inputs as for <see cref="UseQuestionAnswering"/>. Output: class scores <c>[n, classes]</c>, chosen by labels, names
    /// and shapes. Labels come from <c>id2label</c> in <c>config.json</c>, among other places.</para>
    /// <para>Event sources provide a text, a JSON string, <c>{"text": "…", "text_pair": "…"}</c>, or a JSON array of these, which is
    /// answered by an array.</para>
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
                        _ => new TextSettings(options.MaxLength),
                        options.Truncate);
                },
                services => new TextClassificationPostprocessor(services.GetTextOptions<TextClassificationOptions>(name)))
            .AcceptEncodedInputs<TextPair, TextClassification>(
                TextRequest.ReadPairs,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.TextClassification));
    }

    /// <summary>Makes the model turn texts into vectors, as <c>IInferencePipeline&lt;string, TextEmbedding&gt;</c>.</summary>
    /// <remarks>
    /// <para>Inputs as for <see cref="UseQuestionAnswering"/>. Output: <c>sentence_embedding</c> <c>[n, size]</c>, or token vectors
    /// <c>[n, length, size]</c>, which are pooled as the files of sentence-transformers next to the model say.</para>
    /// <para>Event sources provide a text, a JSON string, <c>{"text": "…"}</c>, or a JSON array of these, which is answered by an
    /// array.</para>
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
                    TextModelReader reader = services.GetTextModelReader(name);
                    return new TextPreprocessor<string>(
                        reader,
                        static text => new TextPair(text),
                        static pair => pair.First,
                        loaded => SentenceSettings.Read(loaded, reader.ReadTokenizer(loaded.Artifact), options.MaxLength),
                        options.Truncate);
                },
                services => new TextEmbeddingPostprocessor(services.GetTextOptions<TextEmbeddingOptions>(name)))
            .AcceptEncodedInputs<string, TextEmbedding>(
                TextRequest.ReadTexts,
                static (writer, answer) => JsonSerializer.Serialize(writer, answer, TextJson.Default.TextEmbedding));
    }

    /// <summary>Makes the model a scikit-learn text classifier, as <c>IInferencePipeline&lt;string, LabelPrediction&gt;</c>.</summary>
    /// <remarks>
    /// <para>Input: one string tensor <c>[n]</c> or <c>[n, 1]</c>. Outputs: a label, and probabilities as a tensor or as maps.</para>
    /// <para>Such models name a locale (<c>en_US</c>) that small images lack, and fail to load there. Before ONNX Runtime loads the
    /// model, its text normalization is changed to <see cref="StringModelOptions.Locale"/>.</para>
    /// <para>Event sources provide a text, a JSON string, <c>{"text": "…"}</c>, or a JSON array of these, which is answered by an
    /// array.</para>
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
            .AcceptEncodedInputs<string, LabelPrediction>(
                TextRequest.ReadTexts,
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
        model.Services.AddKeyedSingleton(model.Name, create);
        return model;
    }

    /// <summary>Names the inputs of the model for its text pipelines, if the export has given them other names than
    /// <c>input_ids</c>, <c>attention_mask</c>, <c>token_type_ids</c> and <c>position_ids</c>.</summary>
    /// <param name="model">The model.</param>
    /// <param name="ids">The input that receives the ids of the tokens.</param>
    /// <param name="mask">The input that receives 1 for each token and 0 for padding; null if the model has none.</param>
    /// <param name="types">The input that receives 0 for tokens of the first text and 1 for those of the second; null if the model has
    /// none.</param>
    /// <param name="positions">The input that receives the positions of the tokens; null if the model has none.</param>
    /// <returns>The model.</returns>
    /// <example>
    /// <code>
    /// services.AddServerlessInference().AddModel("reviews", model => model
    ///     .FromFileSystem("models/reviews")
    ///     .UseTextInputs(ids: "input.1", mask: "input.3")
    ///     .UseTextClassification());
    /// </code>
    /// </example>
    public static ModelBuilder UseTextInputs(
        this ModelBuilder model, string ids, string? mask = null, string? types = null, string? positions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(ids);
        model.Services.AddKeyedSingleton(model.Name, new TextInputNames(ids, mask, types, positions));
        return model;
    }

    private static TextModelReader GetTextModelReader(this IServiceProvider services, string name) => new(
        services.GetKeyedService<Func<ModelArtifact, ITokenizer>>(name), services.GetKeyedService<TextInputNames>(name));

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
