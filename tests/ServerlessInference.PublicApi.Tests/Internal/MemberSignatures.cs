using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ServerlessInference.PublicApi.Internal;

/// <summary>Writes each member as a line.</summary>
internal sealed class MemberSignatures
{
    private readonly NullabilityInfoContext _nullability = new();

    public static bool IsVisible(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };

    public string Constructor(ConstructorInfo constructor) => $"{Access(constructor)}.ctor({Parameters(constructor)})";

    public string Method(MethodInfo method)
    {
        string generic = method.IsGenericMethodDefinition
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(type => type.Name))}>"
            : string.Empty;
        string self = method.IsDefined(typeof(ExtensionAttribute), false) ? "this " : string.Empty;
        string name = TypeNames.Of(method.ReturnType, _nullability.Create(method.ReturnParameter));
        string returned = (method.ReturnType.IsByRef ? "ref " : string.Empty) + name;
        return $"{Access(method)}{Modifiers(method)}{method.Name}{generic}({self}{Parameters(method)}) : {returned}" +
            $"{Constraints(method.IsGenericMethodDefinition ? method.GetGenericArguments() : [])}";
    }

    public string Property(PropertyInfo property)
    {
        MethodInfo any = property.GetMethod ?? property.SetMethod!;
        string index = property.GetIndexParameters().Length > 0 ? $"[{Parameters(any)}]" : string.Empty;
        string get = IsVisible(property.GetMethod) ? "get; " : string.Empty;
        string set = !IsVisible(property.SetMethod) ? string.Empty :
            property.SetMethod!.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init; " : "set; ";
        return $"{Access(any)}{Modifiers(any)}{property.Name}{index} {{ {get}{set}}} : " +
        $"{TypeNames.Of(property.PropertyType, _nullability.Create(property))}";
    }

    public string Field(FieldInfo field)
    {
        string access = field.IsPublic ? string.Empty : "protected ";
        string kind = field.IsLiteral
            ? "const "
            : (field.IsStatic ? "static " : string.Empty) + (field.IsInitOnly ? "readonly " : string.Empty);
        string value = field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : string.Empty;
        return $"{access}{kind}{field.Name} : {TypeNames.Of(field.FieldType, _nullability.Create(field))}{value}";
    }

    public string Event(EventInfo raised) =>
        $"{Access(raised.AddMethod!)}{Modifiers(raised.AddMethod!)}event {raised.Name} : {TypeNames.Of(raised.EventHandlerType!)}";

    public static string Constraints(IEnumerable<Type> parameters)
    {
        string text = string.Empty;
        foreach (Type parameter in parameters)
        {
            var constraints = new List<string>();
            GenericParameterAttributes attributes = parameter.GenericParameterAttributes;
            if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            {
                constraints.Add("class");
            }

            if (attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint))
            {
                constraints.Add(
                    parameter.CustomAttributes.Any(data => data.AttributeType.Name == "IsUnmanagedAttribute") ? "unmanaged" : "struct");
            }
            else if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
            {
                constraints.Add("new()");
            }

            constraints.AddRange(
                parameter.GetGenericParameterConstraints().Where(type => type != typeof(ValueType)).Select(type => TypeNames.Of(type)));
            text += constraints.Count > 0 ? $" where {parameter.Name} : {string.Join(", ", constraints)}" : string.Empty;
        }

        return text;
    }

    private static string Access(MethodBase method) => method.IsPublic ? string.Empty : "protected ";

    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? (method.IsAbstract ? "static abstract " : "static ") :
        method.DeclaringType!.IsInterface ? (method.IsAbstract ? string.Empty : "default ") :
        method.IsAbstract ? "abstract " :
        method.GetBaseDefinition() != method ? (method.IsFinal ? "sealed override " : "override ") :
        method is { IsVirtual: true, IsFinal: false } ? "virtual " : string.Empty;

    private string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private string Parameter(ParameterInfo parameter)
    {
        bool isParams = parameter.IsDefined(typeof(ParamArrayAttribute), false)
            || parameter.IsDefined(typeof(ParamCollectionAttribute), false);
        string passing = isParams ? "params "
            : !parameter.ParameterType.IsByRef ? string.Empty
            : parameter.IsOut ? "out "
            : parameter.IsIn ? "in "
            : "ref ";
        string value = parameter.HasDefaultValue ? $" = {Default(parameter)}" : string.Empty;
        return $"{passing}{TypeNames.Of(parameter.ParameterType, _nullability.Create(parameter))} {parameter.Name}{value}";
    }

    private static string Default(ParameterInfo parameter) =>
        parameter.RawDefaultValue is null
        && parameter.ParameterType.IsValueType
        && Nullable.GetUnderlyingType(parameter.ParameterType) is null
            ? "default"
            : Literal(parameter.RawDefaultValue);

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
