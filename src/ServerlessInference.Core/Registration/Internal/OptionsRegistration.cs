using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Registration;

/// <summary>Registers options that are read from the application's configuration.</summary>
internal static class OptionsRegistration
{
    /// <summary>Reads options from the application's configuration, before code sets them. Calling it twice is harmless.</summary>
    /// <param name="services">The service collection.</param>
    /// <param name="section">The section; for named options, the one whose children have the names of the options.</param>
    /// <param name="isNamed">Whether the options are named.</param>
    /// <param name="bind">Binds the options. A method of the caller, because the binder is generated for each type.</param>
    /// <param name="reset">Clears the collections of the options; <see langword="null"/> if there are none.</param>
    public static IServiceCollection AddOptionsFromConfiguration<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        this IServiceCollection services, string section, bool isNamed, Action<IConfiguration, T> bind, Action<T>? reset = null)
        where T : class
    {
        // One instance both sets and validates the options: what it could not set is what it reports.
        services.TryAddSingleton(provider => new OptionsFromConfiguration<T>(
            name => name.Length > 0 == isNamed
                ? provider.GetService<IConfiguration>()?.GetSection(isNamed ? section + ":" + name : section)
                : null,
            bind,
            reset));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<T>, OptionsFromConfiguration<T>>(
            static provider => provider.GetRequiredService<OptionsFromConfiguration<T>>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<T>, OptionsFromConfiguration<T>>(
            static provider => provider.GetRequiredService<OptionsFromConfiguration<T>>()));
        return services;
    }
}
