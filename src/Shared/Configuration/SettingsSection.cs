using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Configuration;

/// <summary>Binds options that are not registered to a section of the configuration, and reports settings that do not exist.</summary>
internal static class SettingsSection
{
    /// <summary>Sets options from a section, if the application has a configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The path of the section.</param>
    /// <param name="options">The options.</param>
    /// <param name="bind">Binds the options, by the generated binder, and throws for unknown settings.</param>
    /// <exception cref="OptionsValidationException">A setting does not exist or cannot be read. The message lists the known ones.
    /// </exception>
    internal static void Bind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        IServiceProvider services, string path, T options, Action<IConfiguration, T> bind)
        where T : class
    {
        if (services.GetService<IConfiguration>()?.GetSection(path) is not { } section)
        {
            return;
        }

        try
        {
            bind(section, options);
        }
        catch (InvalidOperationException exception)
        {
            // The reflection here runs only when the configuration is wrong.
            throw new OptionsValidationException(path, typeof(T), Describe<T>(section, exception));
        }
    }

    private static List<string> Describe<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        IConfigurationSection section, InvalidOperationException exception)
    {
        string[] known = Array.ConvertAll(
            typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance), static property => property.Name);
        Array.Sort(known, StringComparer.Ordinal);
        var failures = new List<string>();
        foreach (IConfigurationSection setting in section.GetChildren())
        {
            if (!Array.Exists(known, name => name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase)))
            {
                failures.Add($"{setting.Path} is not a setting. The settings here are {string.Join(", ", known)}.");
            }
        }

        if (failures.Count == 0)
        {
            failures.Add(exception.Message);
        }

        return failures;
    }
}
