using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>Creates sessions: from a prepared model if one is suitable, otherwise from the plain model.</summary>
internal sealed partial class OnnxSessionFactory(
    ILogger<OnnxSessionFactory> logger, InferenceThreadOptions threads, INativeLibraries? libraries = null)
{
    /// <summary>
    /// Starts ONNX Runtime on another thread. Waits for separately delivered libraries first, because it may be one of them.
    /// </summary>
    public Task StartRuntimeAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            if (libraries is not null)
            {
                await libraries.LoadAsync(cancellationToken).ConfigureAwait(false);
            }

            StartRuntime();
        },
        cancellationToken);

    private void StartRuntime() => OrtRuntime.Start(logger, threads, libraries is null ? null : libraries.DescribeSearch);

    public OnnxSession Create(ModelArtifact artifact, ModelOptions options, CancellationToken cancellationToken) =>
        Create(artifact, options, ProcessorClass.Current, cancellationToken);

    /// <summary>
    /// Gets the files that are read when a model is loaded: all of them, except for models that will not be used. No file is opened.
    /// </summary>
    public static IEnumerable<ModelFile> GetFiles(ModelArtifact artifact, ModelOptions options)
    {
        var prepared = new PreparedModels(artifact, options.File, OrtEnv.Instance().GetVersionString(), ProcessorClass.Current);
        ModelFile? model = options.Prepared == PreparedModelUse.Never ? null : prepared.FindByName();
        model ??= prepared.Plain;
        return artifact.Files.Where(file => file == model || !ModelArtifact.IsModel(file.Name));
    }

    internal OnnxSession Create(ModelArtifact artifact, ModelOptions options, string? processor, CancellationToken cancellationToken)
    {
        StartRuntime();
        var prepared = new PreparedModels(artifact, options.File, OrtEnv.Instance().GetVersionString(), processor);
        if (!prepared.Any || (options.Prepared == PreparedModelUse.Never && prepared.Plain is not null))
        {
            return options.Prepared == PreparedModelUse.Required
                ? throw new ModelLoadException(
                    $"{artifact.Source} has no prepared model of '{prepared.Model}', and the option Prepared requires one. Run " +
                    "'serverless-inference optimize' when you deploy.")
                : Create(prepared.Plain!, options, artifact.Source, cancellationToken);
        }

        return CreatePrepared(artifact, options, prepared, cancellationToken)
            ?? CreatePlain(artifact, options, prepared, cancellationToken);
    }

    private OnnxSession? CreatePrepared(
        ModelArtifact artifact, ModelOptions options, PreparedModels prepared, CancellationToken cancellationToken)
    {
        if (options.ExecutionProviders.Any(provider => !ExecutionProvider.IsCpu(provider.Name)))
        {
            prepared.Rejections.Add("prepared models are for the CPU, and the option ExecutionProviders names others");
            return null;
        }

        foreach ((ModelFile file, PreparedFile expected) in prepared.FindSuitable(options.VerifyPrepared == true))
        {
            try
            {
                OnnxSession session = Create(
                    file, options, artifact.Source, cancellationToken, options.VerifyPrepared == false ? null : expected);
                if (prepared.Rejections.Count > 0)
                {
                    LogSecondBest(logger, file.Name, artifact.Source, string.Join("; ", prepared.Rejections));
                }

                return session;
            }
            catch (ModelLoadException exception) when (prepared.Plain is not null || prepared.HasOtherThan(file))
            {
                prepared.Rejections.Add($"'{file.Name}' is not used: {exception.Message}");
            }
        }

        return null;
    }

    private OnnxSession CreatePlain(
        ModelArtifact artifact, ModelOptions options, PreparedModels prepared, CancellationToken cancellationToken)
    {
        string reasons = string.Join("; ", prepared.Rejections);
        if (options.Prepared == PreparedModelUse.Required || prepared.Plain is null)
        {
            throw new ModelLoadException(
                $"{artifact.Source} has no suitable prepared model of '{prepared.Model}': {reasons}. Run 'serverless-inference optimize' " +
                "with the ONNX Runtime of the function, on a processor of its class" +
                $"{(prepared.Plain is null ? ", or add the plain model" : string.Empty)}.");
        }

        LogPlain(logger, prepared.Plain.Name, artifact.Source, reasons);
        return Create(prepared.Plain, options, artifact.Source, cancellationToken);
    }

    private OnnxSession Create(
        ModelFile file, ModelOptions options, string source, CancellationToken cancellationToken, PreparedFile? expected = null)
    {
        if (file.Length == 0)
        {
            throw new ModelLoadException($"The model '{file.Name}' from {source} is empty (0 bytes). Upload it again.");
        }

        using SessionOptions settings = SessionSettings.Create(options, threads);
        CustomOperators.Register(settings, options.CustomOperatorLibraries, libraries);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((SessionOptions)state!).SetLoadCancellationFlag(true), settings);
        using var content = new SessionContent(file, options.Loading, source, settings, expected);
        try
        {
            InferenceSession session = Open(file, content, settings);
            try
            {
                return new OnnxSession(session, options.ShrinkArena && options.Arena != MemoryArena.None, content.TakeBacking())
                {
                    File = file,
                };
            }
            catch
            {
                session.Dispose();
                throw;
            }
        }
        catch (OnnxRuntimeException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new ModelLoadException(
                $"The model '{file.Name}' from {source} cannot be loaded: {SessionFailure.Explain(exception.Message, file)}", exception);
        }
    }

    private static InferenceSession Open(ModelFile file, SessionContent content, SessionOptions settings)
    {
        try
        {
            return content.Path is { } path ? new InferenceSession(path, settings) : new InferenceSession(content.Bytes, settings);
        }
        catch (OnnxRuntimeException exception) when (MissingLocale.IsReason(exception) && MissingLocale.TryReplace(file) is { } changed)
        {
            return new InferenceSession(changed, settings);
        }
    }

    [LoggerMessage(EventId = 25, Level = LogLevel.Warning, Message =
        "The plain model {Model} from {Source} is used, which takes longer to load than a prepared one: {Reasons}")]
    private static partial void LogPlain(ILogger logger, string model, string source, string reasons);

    [LoggerMessage(EventId = 26, Level = LogLevel.Warning, Message =
        "The prepared model {Model} from {Source} is used although another one would be faster: {Reasons}")]
    private static partial void LogSecondBest(ILogger logger, string model, string source, string reasons);
}
