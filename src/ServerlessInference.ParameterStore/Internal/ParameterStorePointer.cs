using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServerlessInference.Models;

namespace ServerlessInference.ParameterStore;

/// <summary>
/// Reads a model's URI from a parameter: from the extension while the host answers events, otherwise from the service itself. Thread-safe.
/// </summary>
internal sealed class ParameterStorePointer : IModelPointer
{
    public const string Scheme = "ssm";

    private readonly string _name;
    private readonly IHostState? _host;
    private readonly ParameterStoreClient _client;
    private readonly ParametersExtension? _extension;

    /// <summary>Creates a pointer.</summary>
    /// <param name="name">The parameter.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="host">The state of the host; <see langword="null"/> outside of a function, where there is no extension.</param>
    /// <param name="time">The clock for signatures, time limits and pauses.</param>
    /// <param name="loggers">Creates loggers; may be <see langword="null"/>.</param>
    /// <param name="variable">Returns the value of an environment variable.</param>
    public ParameterStorePointer(
        string name,
        ParameterStoreOptions options,
        IHostState? host,
        TimeProvider time,
        ILoggerFactory? loggers,
        Func<string, string?> variable)
    {
        _name = name;
        _host = host;
        Description = $"{Scheme}:{name}";
        options.Validate(Description);
        _client = new ParameterStoreClient(options, time, variable);
        _extension = options.UseExtension
            ? new ParametersExtension(time, loggers?.CreateLogger<ParametersExtension>() ?? (ILogger)NullLogger.Instance, variable)
            : null;
    }

    public string Description { get; }

    public async ValueTask<string> ReadAsync(CancellationToken cancellationToken = default)
    {
        // Before the first event, the extension rejects every request, so asking it would only delay a cold start.
        if (_extension is not null
            && _host is { AnswersEvents: true }
            && await _extension.TryReadAsync(_name, cancellationToken).ConfigureAwait(false) is { } cached)
        {
            return cached;
        }

        return await _client.ReadAsync(_name, cancellationToken).ConfigureAwait(false);
    }
}
