using System.Reflection;

namespace ServerlessInference.PublicApi.Internal;

/// <summary>Writes types as C# does: keywords, generic arguments, arrays, and nullability if it is known.</summary>
internal static class TypeNames
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(char)] = "char",
        [typeof(decimal)] = "decimal", [typeof(nint)] = "nint", [typeof(nuint)] = "nuint",
    };

    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (type.IsByRef)
        {
            return Of(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Of(underlying) + "?";
        }

        bool isNullable = nullability?.ReadState == NullabilityState.Nullable && !type.IsValueType && !type.IsGenericParameter;
        return Bare(type, nullability) + (isNullable ? "?" : string.Empty);
    }

    /// <summary>The name of a type where it is declared: with the names of its own type parameters.</summary>
    public static string Declared(Type type) => Bare(type, null);

    private static string Bare(Type type, NullabilityInfo? nullability)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (type.IsArray)
        {
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        if (type.IsPointer)
        {
            return Of(type.GetElementType()!) + "*";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        string prefix = type.DeclaringType is { } outer ? Bare(outer, null) + "." : type.Namespace + ".";
        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        if (tick < 0)
        {
            return prefix + type.Name;
        }

        Type[] arguments = type.GetGenericArguments();
        NullabilityInfo[]? known = nullability?.GenericTypeArguments is { } infos && infos.Length == arguments.Length ? infos : null;
        return $"{prefix}{type.Name[..tick]}<{string.Join(", ", arguments.Select((argument, i) => Of(argument, known?[i])))}>";
    }
}
