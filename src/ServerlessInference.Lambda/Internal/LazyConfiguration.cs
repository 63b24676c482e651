using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ServerlessInference.Lambda;

/// <summary>
/// The configuration that services see. It is built when a setting is read that may exist. If a function has all its settings in code, no
/// environment variable begins with this library's name, and the library's own settings are then known to be absent without building the
/// configuration.
/// </summary>
/// <remarks>How code on the path to the first answer is written, and why: docs/architecture/start-up.md.</remarks>
internal sealed class LazyConfiguration(Func<IConfiguration> create, bool hasOwnSettings) : IConfiguration
{
    private const string OwnPrefix = "ServerlessInference:";

    /// <summary>The prefix of the environment variables of this library's settings.</summary>
    public const string OwnVariablePrefix = "ServerlessInference__";

    private readonly Lock _createLock = new();
    private IConfiguration? _configuration;

    public string? this[string key]
    {
        get => IsOwn(key) ? null : Configuration[key];
        set => Configuration[key] = value;
    }

    private IConfiguration Configuration
    {
        get
        {
            lock (_createLock)
            {
                return _configuration ??= create();
            }
        }
    }

    /// <summary>Returns whether an environment variable sets a setting of this library.</summary>
    public static bool IsAnyVariableSet(IDictionary variables)
    {
        foreach (object key in variables.Keys)
        {
            if (((string)key).StartsWith(OwnVariablePrefix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    public IEnumerable<IConfigurationSection> GetChildren() => Configuration.GetChildren();

    public IChangeToken GetReloadToken() => Configuration.GetReloadToken();

    public IConfigurationSection GetSection(string key) => IsOwn(key) ? new EmptySection(key) : Configuration.GetSection(key);

    private bool IsOwn(string key)
    {
        lock (_createLock)
        {
            return !hasOwnSettings && _configuration is null && key.StartsWith(OwnPrefix, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>A section without values.</summary>
    private sealed class EmptySection(string path) : IConfigurationSection
    {
        public string Key => ConfigurationPath.GetSectionKey(path);

        public string Path => path;

        public string? Value
        {
            get => null;
            set => throw new NotSupportedException($"The section '{path}' is read-only. Set values through the builder's Configuration.");
        }

        public string? this[string key]
        {
            get => null;
            set => Value = value;
        }

        public IEnumerable<IConfigurationSection> GetChildren() => [];

        public IChangeToken GetReloadToken() => new CancellationChangeToken(CancellationToken.None);

        public IConfigurationSection GetSection(string key) => new EmptySection(ConfigurationPath.Combine(path, key));
    }
}
