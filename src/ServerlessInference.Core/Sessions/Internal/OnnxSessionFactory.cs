using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;
using ServerlessInference.Models;
using ServerlessInference.Models.Prepared;
using ServerlessInference.Packages;
using ServerlessInference.Sessions.Prepared;

namespace ServerlessInference.Sessions;

/// <summary>Creates sessions: of a prepared model where one fits, else of the plain one.</summary>
internal sealed partial class OnnxSessionFactory(ILogger<OnnxSessionFactory> logger, InferenceThreadOptions threads, SplitPackage? package = null)
{
    /// <summary>Starts ONNX Runtime on another thread, once a split package that may hold its library is there.</summary>
    public Task StartRuntimeAsync(CancellationToken cancellationToken) => Task.Run(
        async () =>
        {
            if (package is not null)
            {
                await package.LoadAsync(cancellationToken).ConfigureAwait(false);
            }

            StartRuntime();
        },
        cancellationToken);

    private void StartRuntime() => OrtRuntime.Start(logger, threads, package is null ? null : package.Describe);

    public OnnxSession Create(ModelArtifact artifact, ModelOptions options, CancellationToken cancellationToken) =>
        Create(artifact, options, ProcessorClass.Current, cancellationToken);

    internal OnnxSession Create(ModelArtifact artifact, ModelOptions options, string? processor, CancellationToken cancellationToken)
    {
        StartRuntime();
        var prepared = new PreparedModels(artifact, options.File, OrtEnv.Instance().GetVersionString(), processor);
        if (!prepared.Any || (options.Prepared == PreparedModelUse.Never && prepared.Plain is not null))
        {
            return options.Prepared == PreparedModelUse.Required
                ? throw new ModelLoadException($"{artifact.Source} has no model prepared of '{prepared.Model}', and the option Prepared asks for one. Run 'serverless-inference optimize' when you deploy.")
                : Create(prepared.Plain!, options, artifact.Source, cancellationToken);
        }

        return CreatePrepared(artifact, options, prepared, cancellationToken) ?? CreatePlain(artifact, options, prepared, cancellationToken);
    }

    private OnnxSession? CreatePrepared(ModelArtifact artifact, ModelOptions options, PreparedModels prepared, CancellationToken cancellationToken)
    {
        if (options.ExecutionProviders.Any(provider => !ExecutionProvider.IsCpu(provider.Name)))
        {
            prepared.Refusals.Add("prepared models are for the CPU, and the option ExecutionProviders names others");
            return null;
        }

        foreach (ModelFile file in prepared.Fitting(options.VerifyPrepared))
        {
            try
            {
                OnnxSession session = Create(file, options, artifact.Source, cancellationToken);
                if (prepared.Refusals.Count > 0)
                {
                    LogSecondBest(logger, file.Name, artifact.Source, string.Join("; ", prepared.Refusals));
                }

                return session;
            }
            catch (ModelLoadException exception) when (prepared.Plain is not null || prepared.Others(file))
            {
                prepared.Refusals.Add($"'{file.Name}' is not used: {exception.Message}");
            }
        }

        return null;
    }

    private OnnxSession CreatePlain(ModelArtifact artifact, ModelOptions options, PreparedModels prepared, CancellationToken cancellationToken)
    {
        string reasons = string.Join("; ", prepared.Refusals);
        if (options.Prepared == PreparedModelUse.Required || prepared.Plain is null)
        {
            throw new ModelLoadException(
                $"{artifact.Source} has no prepared model of '{prepared.Model}' that fits: {reasons}. Run 'serverless-inference optimize' with " +
                $"the ONNX Runtime of the function, on a processor of its class{(prepared.Plain is null ? ", or bring the plain model along" : string.Empty)}.");
        }

        LogPlain(logger, prepared.Plain.Name, artifact.Source, reasons);
        return Create(prepared.Plain, options, artifact.Source, cancellationToken);
    }

    private OnnxSession Create(ModelFile file, ModelOptions options, string source, CancellationToken cancellationToken)
    {
        if (file.Length == 0)
        {
            throw new ModelLoadException($"The model '{file.Name}' from {source} is empty (0 bytes). Bring it there again.");
        }

        using SessionOptions settings = SessionSettings.Create(options, threads);
        CustomOperators.Register(settings, options.CustomOperatorLibraries, package);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static state => ((SessionOptions)state!).SetLoadCancellationFlag(true), settings);
        using var content = new SessionContent(file, options.Loading, source, settings);
        try
        {
            InferenceSession session = content.Path is { } path ? new InferenceSession(path, settings) : new InferenceSession(content.Bytes, settings);
            try
            {
                return new OnnxSession(session, options.ShrinkArena && options.Arena != MemoryArena.None, content.TakeBacking());
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
            throw new ModelLoadException($"The model '{file.Name}' from {source} cannot be loaded: {SessionFailure.Explain(exception.Message, file)}", exception);
        }
    }

    [LoggerMessage(EventId = 25, Level = LogLevel.Warning, Message = "Model {Model} from {Source} is loaded as it is, which takes longer than a prepared one: {Reasons}")]
    private static partial void LogPlain(ILogger logger, string model, string source, string reasons);

    [LoggerMessage(EventId = 26, Level = LogLevel.Warning, Message = "Model {Model} from {Source} is used, and another would be faster: {Reasons}")]
    private static partial void LogSecondBest(ILogger logger, string model, string source, string reasons);
}
