using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ServerlessInference.Lambda;

/// <summary>
/// The configuration as services see it: built when something is read that may be there. A function whose settings are all in code has
/// no variable that begins with this library's name, and then the library's own questions are answered without building it.
/// </summary>
internal sealed class LazyConfiguration(Func<IConfiguration> create, bool hasOwnSettings) : IConfiguration
{
    private const string Own = "ServerlessInference:";

    /// <summary>What environment variables of this library's settings begin with.</summary>
    public const string OwnVariables = "ServerlessInference__";

    private readonly Lock _gate = new();
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
            lock (_gate)
            {
                return _configuration ??= create();
            }
        }
    }

    /// <summary>Tells whether an environment variable sets something of this library.</summary>
    public static bool IsAnyVariableSet(IDictionary variables)
    {
        foreach (object key in variables.Keys)
        {
            if (((string)key).StartsWith(OwnVariables, StringComparison.OrdinalIgnoreCase))
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
        lock (_gate)
        {
            return !hasOwnSettings && _configuration is null && key.StartsWith(Own, StringComparison.OrdinalIgnoreCase);
        }
    }

    /// <summary>A section in which nothing is set.</summary>
    private sealed class EmptySection(string path) : IConfigurationSection
    {
        public string Key => ConfigurationPath.GetSectionKey(path);

        public string Path => path;

        public string? Value
        {
            get => null;
            set => throw new NotSupportedException($"The section '{path}' is empty and takes no values. Set them through the builder's Configuration.");
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
