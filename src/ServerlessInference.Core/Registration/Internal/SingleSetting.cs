using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace ServerlessInference.Registration;

/// <summary>A configuration of which only one setting is visible.</summary>
internal sealed class SingleSetting(IConfiguration configuration, IConfigurationSection setting) : IConfiguration
{
    // No provider has a key with this name, so this is a section in which nothing is set.
    private readonly IConfigurationSection _nothing = configuration.GetSection("\0");

    public string? this[string key]
    {
        get => GetSection(key).Value;
        set => throw new NotSupportedException("Options only read their configuration.");
    }

    public IEnumerable<IConfigurationSection> GetChildren() => [setting];

    public IChangeToken GetReloadToken() => configuration.GetReloadToken();

    public IConfigurationSection GetSection(string key) =>
        key.Equals(setting.Key, StringComparison.OrdinalIgnoreCase) ? setting : _nothing;
}
