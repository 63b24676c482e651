using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessInference.Models;

namespace ServerlessInference.Lambda;

/// <summary>A model's URI in Parameter Store: from the extension while an event is answered, else from the service itself. Thread-safe.</summary>
internal sealed class ParameterStorePointer : IModelPointer
{
    public const string Scheme = "ssm";

    private readonly string _name;
    private readonly FunctionPhase? _phase;
    private readonly ParameterStoreClient _client;
    private readonly ParametersExtension? _extension;

    /// <summary>Creates a pointer.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="phase">Knows whether an event is answered; <see langword="null"/> outside of a function, where there is no extension.</param>
    /// <param name="time">The clock of signatures, limits and pauses.</param>
    /// <param name="loggers">Makes loggers; may be <see langword="null"/>.</param>
    /// <param name="variable">Gives the value of an environment variable.</param>
    public ParameterStorePointer(
        string name, ParameterStoreOptions options, FunctionPhase? phase, TimeProvider time, ILoggerFactory? loggers, Func<string, string?> variable)
    {
        _name = name;
        _phase = phase;
        Description = $"{Scheme}:{name}";
        options.Validate(Description);
        _client = new ParameterStoreClient(options, time, variable);
        _extension = options.UseExtension
            ? new ParametersExtension(time, loggers?.CreateLogger<ParametersExtension>() ?? (ILogger)NullLogger.Instance, variable)
            : null;
    }

    public string Description { get; }

    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default) =>
        _extension is not null && _phase is { AnswersEvents: true } && await _extension.TryReadAsync(_name, cancellationToken).ConfigureAwait(false) is { } kept
            ? kept
            : await _client.ReadAsync(_name, cancellationToken).ConfigureAwait(false);
}
