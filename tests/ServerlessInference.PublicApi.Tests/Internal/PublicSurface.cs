using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace ServerlessInference.PublicApi.Internal;

/// <summary>
/// Writes the public surface of an assembly: its public types and their public and protected members, sorted, without attributes.
/// </summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetTypes().Where(IsVisible).OrderBy(TypeNames.Declared, StringComparer.Ordinal))
        {
            text.Append(text.Length > 0 ? "\n" : string.Empty).Append(Declaration(type)).Append('\n');
            foreach (string member in Members(type))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static bool IsVisible(Type type) =>
        !type.IsDefined(typeof(CompilerGeneratedAttribute), false)
        && (type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!)));

    private static string Declaration(Type type)
    {
        bool record = type.GetMethod("<Clone>$") is not null || (type.IsValueType && type.GetMethod("PrintMembers", Declared) is not null);
        string structure = (IsReadOnly(type) ? "readonly " : string.Empty)
            + (type.IsByRefLike ? "ref " : string.Empty)
            + (record ? "record struct " : "struct ");
        string modifier = type.IsAbstract && type.IsSealed ? "static "
            : type.IsAbstract ? "abstract "
            : type.IsSealed ? "sealed "
            : string.Empty;
        string kind = type.IsEnum ? "enum "
            : type.IsInterface ? "interface "
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate "
            : type.IsValueType ? structure
            : modifier + (record ? "record " : "class ");
        var bases = new List<string>();
        if (type.BaseType is { } parent
            && parent != typeof(object)
            && parent != typeof(ValueType)
            && parent != typeof(Enum)
            && !kind.StartsWith("delegate", StringComparison.Ordinal))
        {
            bases.Add(TypeNames.Of(parent));
        }

        IEnumerable<Type> inherited = type.BaseType?.GetInterfaces() ?? [];
        if (!type.IsEnum && !kind.StartsWith("delegate", StringComparison.Ordinal))
        {
            bases.AddRange(
                type.GetInterfaces().Except(inherited).Where(
                    face => face.IsVisible).Select(face => TypeNames.Of(face)).Order(StringComparer.Ordinal));
        }

        return kind + TypeNames.Declared(type) + (bases.Count > 0 ? " : " + string.Join(", ", bases) : string.Empty)
            + MemberSignatures.Constraints(type.IsGenericTypeDefinition ? type.GetGenericArguments() : []);
    }

    private static bool IsReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute), false);

    private static IEnumerable<string> Members(Type type)
    {
        var signatures = new MemberSignatures();
        if (type.IsEnum)
        {
            // In their order, since a changed number breaks programs that were compiled before.
            return type
                .GetFields(BindingFlags.Public | BindingFlags.Static)
                .Select(field => $"{field.Name} = {field.GetRawConstantValue()}");
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return [signatures.Method(type.GetMethod("Invoke")!)];
        }

        var members = new List<string>();
        members.AddRange(
            type.GetConstructors(Declared).Where(
                constructor => !constructor.IsStatic && MemberSignatures.IsVisible(constructor)).Select(signatures.Constructor));
        members.AddRange(
            type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(signatures.Field));
        members.AddRange(type.GetProperties(Declared)
            .Where(
                property => property.Name != "EqualityContract" && (
                    MemberSignatures.IsVisible(property.GetMethod) || MemberSignatures.IsVisible(property.SetMethod)))
            .Select(signatures.Property));
        members.AddRange(type.GetEvents(Declared).Where(raised => MemberSignatures.IsVisible(raised.AddMethod)).Select(signatures.Event));

        // Members that the compiler adds to a record (equality, copying, printing) follow from "record".
        members.AddRange(type.GetMethods(Declared)
            .Where(method => MemberSignatures.IsVisible(method) && !method.IsDefined(typeof(CompilerGeneratedAttribute), false)
                && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)))
            .Select(signatures.Method));
        members.Sort(StringComparer.Ordinal);
        return members;
    }
}
