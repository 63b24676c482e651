using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Registration;

/// <summary>Sets options from a section of the application's configuration, before code sets them.</summary>
/// <remarks>
/// Binding is a delegate, because the generator that replaces reflection needs a call of <c>Bind</c> with the concrete type of the options.
/// Without a section, <c>Bind</c> is not called: its code would have to be compiled or loaded at a cold start.
/// </remarks>
internal sealed class ConfigureFromSection<TOptions>(
    IServiceProvider services, string section, Action<IConfigurationSection, TOptions> bind, bool perName)
    : IConfigureNamedOptions<TOptions>
    where TOptions : class
{
    /// <summary>Describes the service that configures the unnamed options.</summary>
    /// <param name="section">The path of the section.</param>
    /// <param name="bind">Calls <c>Bind</c>.</param>
    public static ServiceDescriptor Describe(string section, Action<IConfigurationSection, TOptions> bind) =>
        Describe(section, bind, perName: false);

    /// <summary>Describes the service that configures named options, each from the child section of its name.</summary>
    /// <param name="section">The path of the parent section.</param>
    /// <param name="bind">Calls <c>Bind</c>.</param>
    public static ServiceDescriptor DescribePerName(string section, Action<IConfigurationSection, TOptions> bind) =>
        Describe(section, bind, perName: true);

    public void Configure(TOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, TOptions options)
    {
        if (string.IsNullOrEmpty(name) == perName || services.GetService<IConfiguration>() is not { } configuration)
        {
            return;
        }

        IConfigurationSection found = configuration.GetSection(perName ? $"{section}:{name}" : section);
        if (found.Exists())
        {
            bind(found, options);
        }
    }

    private static ServiceDescriptor Describe(string section, Action<IConfigurationSection, TOptions> bind, bool perName) =>
        ServiceDescriptor.Singleton<IConfigureOptions<TOptions>, ConfigureFromSection<TOptions>>(
            services => new ConfigureFromSection<TOptions>(services, section, bind, perName));
}
