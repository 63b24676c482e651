using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace ServerlessInference.Registration;

/// <summary>Sets options from configuration, before code sets them, and reports settings that cannot be read.</summary>
/// <typeparam name="T">The options.</typeparam>
/// <remarks>
/// <para>A value that cannot be converted and a setting that does not exist do not throw at once. They are reported by the validation of
/// the options, together with values that are out of range, so that one start of the application shows all mistakes.</para>
/// <para>Configuration is nearly always correct, so only one call of the generated binder is made for it. The reflection here runs only
/// when that call has failed.</para>
/// </remarks>
/// <param name="find">Finds the configuration of the options with a given name; <see langword="null"/> if there is none.</param>
/// <param name="bind">Binds the options, by the generated binder, and throws for unknown settings.</param>
/// <param name="reset">
/// Clears the collections of the options, because binding adds to them; <see langword="null"/> if there are none.
/// </param>
internal sealed class OptionsFromConfiguration<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
    Func<string, IConfiguration?> find, Action<IConfiguration, T> bind, Action<T>? reset = null)
    : IConfigureNamedOptions<T>, IValidateOptions<T>
    where T : class
{
    private readonly Dictionary<string, List<string>> _failures = new(StringComparer.Ordinal);

    public void Configure(T options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, T options)
    {
        if (find(name ?? string.Empty) is not { } configuration || configuration is IConfigurationSection section && !section.Exists())
        {
            return;
        }

        List<string>? failures = null;
        try
        {
            bind(configuration, options);
        }
        catch (InvalidOperationException)
        {
            reset?.Invoke(options);
            failures = BindEach(configuration, options);
        }

        lock (_failures)
        {
            _failures.Remove(name ?? string.Empty);
            if (failures is not null)
            {
                _failures.Add(name ?? string.Empty, failures);
            }
        }
    }

    public ValidateOptionsResult Validate(string? name, T options)
    {
        lock (_failures)
        {
            return _failures.TryGetValue(name ?? string.Empty, out List<string>? failures)
                ? ValidateOptionsResult.Fail(failures)
                : ValidateOptionsResult.Success;
        }
    }

    /// <summary>Binds each setting separately, so that every setting that can be read is set, and every other one is reported.</summary>
    private List<string> BindEach(IConfiguration configuration, T options)
    {
        var failures = new List<string>();
        foreach (IConfigurationSection setting in configuration.GetChildren())
        {
            try
            {
                bind(new SingleSetting(configuration, setting), options);
            }
            catch (InvalidOperationException exception)
            {
                failures.Add(Describe(setting, exception));
            }
        }

        return failures;
    }

    private static string Describe(IConfigurationSection setting, InvalidOperationException exception)
    {
        PropertyInfo[] properties = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance);
        PropertyInfo? property = Array.Find(
            properties, known => known.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
        if (property is null)
        {
            IEnumerable<string> names = properties.Select(known => known.Name).Order(StringComparer.Ordinal);
            return $"{setting.Path} is not a setting. The settings here are {string.Join(", ", names)}.";
        }

        // Settings within a list or a dictionary: the message of the binder has their path.
        return setting.Value is { } value
            ? $"{setting.Path} is '{value}'; {DescribeExpected(property.PropertyType)} was expected."
            : exception.Message;
    }

    private static string DescribeExpected(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(type))
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a time such as 00:01:30"
            : type == typeof(int) || type == typeof(long) ? "a whole number"
            : type == typeof(double) || type == typeof(float) ? "a number such as 0.5"
            : type.Name;
    }
}
